"""Files of one brain in the formats of the field's programs, which are no plain tables."""
