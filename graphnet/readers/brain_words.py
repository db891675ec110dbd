"""Words in the names of columns: measures of the brain, its regions, and what is neither."""

import re

from graphnet.readers.words import plain, words

MEASURES = words(
    """
    gmv wmv gmd wmd gm wm gmw wmw csf vgm vwm vcsf vbm mgmv gmvol wmvol grayvol greyvol
    volume volumes vol vols volmm3 thickness thickavg thick thickstd thicknessstd ct cth
    corticalthickness area areas surfavg surfarea surfacearea sa surf lgi gi gyrification
    thck curvature meancurv gauscurv curvind foldind sulc sulcdepth depth myelin t1t2
    t1w t2w t2star mtr qsm mwf r2star alff falff malff mfalff zalff zfalff reho mreho zreho
    kccreho dc degreecentrality bdc wdc vmhc hfc gfc fcd fcs fcstrength amplitude bold rsfa
    cvr hurst entropy sampen fa md ad rd mk ak rk adc ndi odi isovf icvf fiso ficvf
    intensity density gqi qa nqa cbf cbv mtt att suv suvr dvr bpnd pet fdg tau amyloid av45
    pib flortaucipir degree strength betweenness clustering efficiency participation
    eigenvector closeness pagerank delta theta alpha beta gamma power psd coherence meg eeg
    glucose
    """
)
# Words that stand beside a measure and are part of its name.
QUALIFIERS = words(
    """
    mean avg average std sd median cortical regional surface grey gray white matter m z raw
    norm normalized normalised smoothed total of the smri dmri rsfmri fmri mri dti dwi cdk
    """
)
HEMISPHERES = words("l r lh rh left right lhemi rhemi bilateral bl hemi 左 右")
CONNECTIVITY = words(
    """
    fc sc fcz fcr rsfc rfc sfc efc dfc fconn conn connectivity connection connections
    connectome corr correlation pearson fisher fisherz zfc edge edges streamlines
    functionalconnectivity structuralconnectivity
    """
)
STRUCTURAL = words("sc streamlines structuralconnectivity")
# Prefixes that say nothing of what is numbered.
GENERIC = words(
    """
    v x e c f k n var variable feature features feat col column dim value val data unnamed
    netmat edgeno weight weights w
    """
)
REGION_LABELS = words("roi rois region regions parcel parcels node nodes label labels")
ATLASES = words(
    """
    7networks 17networks aal aal2 aal3 aal90 aal116 dk dk68 dkt desikan destrieux schaefer
    schaefer2018 gordon power264 brodmann ba harvardoxford hammers brainnetome bna cc200 jhu
    glasser mmp aparc aseg ctx wm-lh yeo shen
    """
)
REGIONS = words(
    """
    bankssts caudalanteriorcingulate caudalmiddlefrontal corpuscallosum cuneus entorhinal
    fusiform inferiorparietal inferiortemporal isthmuscingulate lateraloccipital
    lateralorbitofrontal lingual medialorbitofrontal middletemporal parahippocampal
    paracentral parsopercularis parsorbitalis parstriangularis pericalcarine postcentral
    posteriorcingulate precentral precuneus rostralanteriorcingulate rostralmiddlefrontal
    superiorfrontal superiorparietal superiortemporal supramarginal frontalpole temporalpole
    transversetemporal insula frontal parietal temporal occipital rolandic supp olfactory
    rectus cingulum cingulate hippocampus hippocampal parahippocampus amygdala calcarine
    angular caudate putamen pallidum thalamus thal heschl cerebelum cerebellum cerebellar
    vermis accumbens brainstem ventraldc hypothalamus ofc acc pcc mpfc dlpfc dmpfc vmpfc
    nacc orbitofrontal prefrontal premotor sensorimotor somatosensory striatum operculum
    opercular planum pole gyri sulcus gyrus ventricle ventricles lateralventricle choroid
    pons midbrain medulla nucleus lobe lobule cortex hip amy amyg hippo caud put pal pall
    tha accu fornix genu splenium uncinate cst slf ilf ifof tract capsule corona radiata
    fasciculus forceps vis sommot dorsattn salventattn limbic cont default temppar
    frontomargin g&s insular crus1 crus2 raphe vta sn lc red naccl naccr ofcmed ofcant ofcpost
    ofclat heschl's
    wmhypointensities nonwmhypointensities opticchiasm ccposterior ccmidposterior cccentral
    ccmidanterior ccanterior
    """
)
# Words that may stand before the name of a region and are part of it.
POSITIONS = words(
    """
    superior inferior middle medial lateral anterior posterior dorsal ventral rostral caudal sup
    inf mid med lat ant post orbital
    """
)
# A name that begins like this describes a person, a test or a scan.
NOT_BRAIN = words(
    """
    age ages sex gender panss hamd hama hamilton hdrs hrsd bdi bai madrs ymrs bprs sans saps
    item items q question questions questionnaire scanner scanners visit visits site sites
    session sessions ses wave time timepoint tp year years month months week day date dose
    dosage med meds medication drug fd dvars snr motion trans rot iq fiq fsiq viq piq edu
    education educ hand handedness ados adi adir srs scq aq mmse moca cdr adas updrs phq gad
    pss stai neo score scores scale subscale subscore sum test tests task trial run runs rt
    accuracy pc pca dummy batch center centre cohort study height weightkg bmi bp smoking
    alcohol duration onset episode episodes diagnosis dx group status symptom symptoms wais
    wisc cpt stroop nback memory attention language anxiety depression income race ethnicity
    marital family father mother country exam rater response answer survey quality qc rating
    ctq asrs wurs tas bis erq masc cbcl ysr scared ham hads gds psqi isi epds rbans mccb cvlt
    ravlt tmt dsst caarms rp gpc
    euler holes surfaceholes tr te flip id subject 年龄 性别
    """
)
ORDINALS = words("1st 2nd 3rd 4th 5th")  # ventricles
GLOBAL = words("mean total global average avg whole wholebrain brain sum all overall")
GLOBALS = re.compile(
    r"(l|r|m|lh|rh|left|right|lhemi|rhemi|hemi)?"
    r"(mean|total|global|whole|full|meanthickness)?"
    r"(thickness|thick|surfarea|surfacearea|whitesurfarea|area|volume|gmv|wmv|csf|gm|wm|cortex|cortexvol)"
    r"|(mean|total|average|avg|global)(lh|rh|l|r|left|right)"
    r"|.*(etiv|icv|tiv|tbv|brainseg.*|intracranial.*|supratentorial.*|totalgray.*|totalgrey.*"
    r"|subcortgray.*|corticalwhitematter.*|cerebralwhitematter.*|maskvol.*"
    r"|surfaceholes.*|whitesurfarea.*)"
)


def is_global(name: str) -> bool:
    """Whether a column is about the whole brain or a hemisphere: ICV, mean thickness."""
    return GLOBALS.fullmatch(plain(name)) is not None
