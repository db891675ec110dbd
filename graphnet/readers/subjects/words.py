"""Words by which columns and classes are known, in lower case and without punctuation."""

import re
import unicodedata

NOT_LETTERS = re.compile(r"[\W_]+")
# Traditional letters of the Chinese words below, by their simplified form.
SIMPLIFIED = str.maketrans(
    "組對編號試驗類別診斷標籤醫採點齡區腦實測觀憂鬱癥詳確廠備歷參與",
    "组对编号试验类别诊断标签医采点龄区脑实测观忧郁症详确厂备历参与",
)
NUMBERED_WORD = re.compile(
    r"\s*\d+\s*[=:.\-–)）]\s*(?P<after>\D+)"
    r"|(?P<before>\D+?)\s*[=:(（\[]\s*\d+\s*[)）\]]?\s*"
)
PEOPLE_END = re.compile(
    r"(?<=.)(participants?|subjects?|volunteers?|individuals?|persons?|people|adults?|children|adolescents?"
    r"|group|grp|gruppe|组|人群|志愿者|受试者|被试|人|者)$"
)


def plain(word: str) -> str:
    """A word without case, blanks, punctuation and accents, Chinese in simplified letters."""
    if not word.isascii():
        word = unicodedata.normalize("NFKD", word).translate(SIMPLIFIED)
        word = "".join(letter for letter in word if not unicodedata.combining(letter))
    return NOT_LETTERS.sub("", word.casefold())


def forms(word: str) -> frozenset[str]:
    """A word as it may be known: without the number that it stands for, and without "group".

    ``0=HC``, ``HC (0)`` and ``HC组`` are ``hc`` too, and ``healthy participants`` are ``healthy``.
    """
    match = NUMBERED_WORD.fullmatch(word)
    known = [plain((match["after"] or match["before"]) if match else word)]
    while (shorter := PEOPLE_END.sub("", known[-1])) != known[-1]:
        known.append(shorter)
    return frozenset(known)


def words(text: str) -> frozenset[str]:
    """The words of a text, those of other scripts as :func:`plain` gives them."""
    return frozenset(word if word.isascii() else plain(word) for word in text.split())


# Names of columns.
IDS = words(
    """
    id ids participantid participant participants participantids subject subjects subjectid
    subid subjid subj sub subs subjects subjectids subjectnumber subjectno subno subjno
    subjectcode subjcode subcode subjectname subname subjname subjectkey srcsubjectid sid
    pid ptid rid eid uid guid patientid patientno patientnumber patientname fileid caseid
    caseno casenumber scanid imageid sessionid imageuid bblid scandirid anonymizedid anonid
    recordid record mrn medicalrecordnumber hospitalnumber no nr number proband probandid
    probandennummer versuchsperson vp vpnr vpcode vpid sujet sujeto codigo
    code names name studyid personid 被试 被试编号 被试号 被试id 编号 受试者 受试者编号
    受试者id 病人编号 患者编号 姓名 序号 病历号 住院号 学号
    patno patnr patid ptnum ptno subnr subjnr ursi bidsid xnatid identifier
    projid naccid candid pscid dccid candidateid identifiant donor donorid individ individualid
    被験者 被験者id 被験者番号 患者id 患者番号 症例番号 피험자 피험자번호 대상자 환자번호 참가자
    испытуемый пациентid номер участник
    """
)
# Of these ids: those of people, and those of their scans.
PERSONS = words(
    """
    participantid participant participants subject subjects subjectid subid subjid subj sub subs
    subjectids subjectnumber subjectno subjectcode subjectname subjectkey srcsubjectid pid ptid
    patientid patientno patientname personid bidsid individualid 被试 被试编号 被试号 被试id 受试者
    受试者编号 受试者id 病人编号 患者编号 姓名
    """
)
SCAN_IDS = words("scanid imageid sessionid imageuid scandirid fileid")
CLASSES = words(
    """
    labelgroup label labels group groups grp groupid groupname dxgroup dx dxs diagnosis
    diagnoses diagnosticgroup diagnosisgroup diagnostic diag class classes classlabel
    clinicalgroup clinicalstatus patientgroup patientstatus disease diseasestatus
    casecontrol casecontrolstatus researchgroup studygroup subjectgroup subjectgroupid
    participantgroup status condition subjecttype participanttype patienttype subjectstatus
    participantstatus dxbl dxbaseline diagnosisbl dxcode diagnosiscode grouplabel groupcode
    gruppe groupe grupo gruppo groep grupa grup grupy diagnose diagnostico diagnosi
    组别 分组 组 诊断 类别 标签 疾病 患病 被试组别 受试者组别 是否患病 患病情况 患病状态 临床诊断
    诊断结果 诊断类别 病例对照
    群 診断 診断名 グループ 疾患 그룹 집단 군 진단 진단명 группа диагноз
    """
)
SITES = words(
    """
    site sites siteid siteidl sitename sitecode sitenumber siteno center centre centerid centreid
    centername centrename centers scansite scanningsite acquisitionsite datasite hospital
    institution institute clinic
    zentrum studienzentrum messzentrum standort messort klinik krankenhaus clinique hopital centro
    sitio sito clinica ospedale
    站点 中心 地点 医院 采集地点 采集中心
    """
)
# Columns that are called after a disease, or after being ill.
DISEASES = words(
    """
    asd autism adhd mdd depression depressed sz scz schizophrenia psychosis bd bipolar ad alzheimer
    alzheimers dementia mci pd parkinson parkinsons ocd ptsd
    autismus autisme autismo schizophrenie esquizofrenia schizofrenia psychose psicosis demenz
    demence demencia epilepsie epilepsy epilepsia erkrankt erkrankung krankheit maladie enfermedad
    malattia stroke schlaganfall
    """
)
# Columns that are the class where no column has one of these names.
LESSER_CLASSES = DISEASES | words(
    """
    subtype subtypes cluster target targets outcome y patient patients ispatient case iscase 亚型
    """
)
# Where and how subjects were examined, and what tells them apart as people: beside the class by
# a flaw of the cohort.
CIRCUMSTANCES = words(
    """
    scannerid scannername scannermodel scannertype scannernumber mri mrisystem machine device
    deviceid vendor model manufacturer manufacturersmodelname manufacturermodelname tesla
    magneticfieldstrength headcoil protocol sequence acquisition acquisitiontype batch batchid
    cohort cohortname study studyid project dataset datasource source room software softwareversion
    version pipeline session sessionid ses run visit wave timepoint year scanyear studyyear month
    season eyesopen eyesclosed tr te repetitiontime voxelsize country region language race ethnicity
    ethnicgroup nationality smoking smoker handpreference maritalstatus family familyid
    batchnumber 批次 扫描仪 设备 机型 厂商
    """
)
REGION_COLUMNS = words(
    """
    region regions roi rois parcel parcels label area areas structure node brainregion
    roiname regionname structurename structname 脑区
    """
)
# Values of a column of classes.
CONTROLS = words(
    """
    none control controls ctrl ctrls ctl ctls con cont cntrl hc hcs hcc nc ncs hv hvs hs td tdc
    tdcs tc cn cu cnt healthy healthycontrol healthycontrols healthyvolunteer
    healthyvolunteers healthysubject healthysubjects healthyperson healthyadult
    healthycomparison normal normals normalcontrol normalcontrols normalvolunteer
    cognitivelynormal cognitivelyunimpaired cognitivenormal typical typicallydeveloping
    typicaldeveloping typicaldevelopment typicallydevelopingcontrol
    typicallydevelopingchildren neurotypical unaffected nonpatient nonpatients comparison
    controlgroup controlsubject noknowndisorder nodiagnosis nodisorder nonpsychiatric
    nonclinical nonadhd nonasd nonautistic nondemented nondepressed kontrolle kontrollen
    kontrollgruppe kontrollproband gesund gesunde gesunder temoin temoins sain sains controle
    controles sano sanos controllo controlli controlsano controlessanos kontrol kontroller kontrola
    gesundekontrolle gesundekontrollen saglikli 对照 对照组 健康
    健康对照
    健康对照组 健康人 正常 正常对照 正常对照组 正常人 正常组 健康组 健康被试
    健常 健常者 健常群 対照 対照群 健常対照 健常対照群 コントロール 健常成人
    대조군 정상군 정상대조군 건강대조군 정상 건강한대조군
    контроль контрольная контрольнаягруппа норма здоровые здоровый
    """
)
PATIENTS = words(
    """
    patient patients pat pats pt pts case cases patientgroup affected patienten patientin
    paciente pacientes paziente pazienti malade malades krank 患者 患者组 病人 病人组
    病例 病例组 患者群 疾患群 환자 환자군 hasta hastalar pacjent pacjenci
    пациент пациенты больные больной
    """
)
# The id of a row that sums up the others.
SUMMARIES = words(
    """
    mean means average avg sd std stdev stddev median sum total totals min max minimum maximum
    count mittelwert standardabweichung summe moyenne ecarttype promedio media somme 平均 平均值
    均值 标准差 合计 总计
    """
)
# The id of a last row that holds a figure of each column.
STATISTICS = words(
    """
    meansd meansem p pvalue pvalues pval t tvalue tstat ttest f fvalue fstat anova cohensd
    effectsize se sem stderr var variance iqr q1 q3 range fdr pfdr n
    """
)
# In a column of classes these say that there is none.
UNKNOWN = words(
    """
    unknown unk unclear undetermined unspecified undefined unassigned uncertain notknown
    notavailable notapplicable notassessed excluded exclude withdrawn dropout unbekannt inconnu
    desconocido sconosciuto 未知 不详 排除 剔除
    """
)
# In these columns yes means: has the disease.
OF_DISEASE = DISEASES | words(
    """
    labelgroup label labels dx diagnosis diagnostic diag disease patient patients ispatient case
    iscase casecontrol diagnose diagnostico diagnosi
    诊断 疾病 患病 标签 是否患病 患病情况 患病状态 临床诊断 诊断结果
    """
)


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
PARCELLATIONS = words(
    """
    aal aal2 aal3 aal90 aal116 dk dk68 dkt desikan destrieux schaefer schaefer2018 gordon power264
    brodmann harvardoxford hammers brainnetome bna cc200 glasser yeo shen
    """
)
ATLASES = PARCELLATIONS | words("7networks 17networks ba jhu mmp aparc aseg ctx wm-lh")
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
    molecularlayerhp subiculum presubiculum parasubiculum ca1 ca2 ca3 ca4 ca2ca3 gcmldg fimbria hata
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

TISSUES = re.compile(  # of a hemisphere: covariates of most tables, and regions of some atlases
    r"(l|r|lh|rh|left|right)?(cerebral|cerebrum|unsegmented)?"
    r"(whitematter|graymatter|greymatter|wm|gm|csf|cortex|cerebrospinalfluid)"
    r"(l|r|lh|rh|left|right)?"
)


def is_control(word: str) -> bool:
    """Whether the word is known for the control class."""
    return not forms(word).isdisjoint(CONTROLS)


def is_patient(word: str) -> bool:
    """Whether the word is known for patients, of no disease in particular."""
    return not forms(word).isdisjoint(PATIENTS)


def is_global(name: str) -> bool:
    """Whether a column is about the whole brain or a hemisphere: ICV, mean thickness."""
    return GLOBALS.fullmatch(plain(name)) is not None


def is_tissue(name: str) -> bool:
    """Whether it is all white matter, cortex or fluid, such as ``Left Cerebral White Matter``."""
    return TISSUES.fullmatch(plain(name)) is not None
