"""Words by which columns and classes are known, in lower case and without punctuation."""

import re
import unicodedata

NOT_LETTERS = re.compile(r"[\W_]+")


def plain(word: str) -> str:
    """A word without case, blanks, punctuation and accents."""
    if not word.isascii():
        word = unicodedata.normalize("NFKD", word)
        word = "".join(each for each in word if not unicodedata.combining(each))
    return NOT_LETTERS.sub("", word.casefold())


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


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
    """
)
CLASSES = words(
    """
    labelgroup label labels group groups grp groupid groupname dxgroup dx dxs diagnosis
    diagnoses diagnosticgroup diagnosisgroup diagnostic diag class classes classlabel
    clinicalgroup clinicalstatus patientgroup patientstatus disease diseasestatus
    casecontrol casecontrolstatus researchgroup studygroup subjectgroup subjectgroupid
    participantgroup status condition subjecttype participanttype patienttype subjectstatus
    participantstatus dxbl dxbaseline diagnosisbl dxcode diagnosiscode grouplabel groupcode
    gruppe groupe grupo gruppo groep grupa diagnose diagnostico diagnosi
    组别 分组 组 诊断 类别 标签 疾病 患病 被试组别
    """
)
SITES = words(
    """
    site sites siteid siteidl sitename sitecode sitenumber siteno center centre centerid centreid
    centername centrename centers scansite scanningsite acquisitionsite datasite hospital
    institution institute 站点 中心 地点 医院 采集地点 采集中心
    """
)
# Columns that are the class where no column has one of these names.
LESSER_CLASSES = words(
    """
    subtype subtypes cluster target outcome y patient patients ispatient case iscase asd autism
    adhd mdd depression depressed sz scz schizophrenia psychosis bd bipolar ad alzheimer
    alzheimers dementia mci pd parkinson parkinsons ocd ptsd 亚型
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
    controles sano sanos controllo controlli 对照 对照组 健康
    健康对照
    健康对照组 健康人 正常 正常对照 正常对照组 正常人 正常组 健康组 健康被试
    """
)
PATIENTS = words(
    """
    patient patients pat pats pt pts case cases patientgroup affected patienten patientin
    paciente pacientes paziente pazienti malade malades krank 患者 患者组 病人 病人组
    病例 病例组
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
# In a column of classes these say that there is none.
UNKNOWN = words(
    """
    unknown unk unclear undetermined unspecified undefined unassigned uncertain notknown
    notavailable notapplicable notassessed excluded exclude withdrawn dropout unbekannt inconnu
    desconocido sconosciuto 未知 不详 排除 剔除
    """
)
# In these columns yes means: has the disease.
OF_DISEASE = words(
    """
    labelgroup label labels dx diagnosis diagnostic diag disease patient patients ispatient case
    iscase casecontrol asd autism adhd mdd depression depressed sz scz schizophrenia psychosis bd
    bipolar ad alzheimer alzheimers dementia mci pd parkinson parkinsons ocd ptsd 诊断
    疾病 患病 标签
    """
)
