no-regions = not measurements of regions: confounds, motion, p-values, lists of regions
