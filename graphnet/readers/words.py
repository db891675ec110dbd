"""Words by which columns and classes are known, in lower case and without punctuation."""

import re

NOT_LETTERS = re.compile(r"[\W_]+")


def plain(word: str) -> str:
    """A word without case, blanks and punctuation."""
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
    code names name studyid personid 被试 被试编号 被试号 被试id 编号 受试者 受试者编号
    受试者id 病人编号 患者编号 姓名 序号
    """
)
CLASSES = words(
    """
    labelgroup label labels group groups grp groupid groupname dxgroup dx dxs diagnosis
    diagnoses diagnosticgroup diagnosisgroup diagnostic diag class classes classlabel
    clinicalgroup clinicalstatus patientgroup patientstatus disease diseasestatus
    casecontrol casecontrolstatus researchgroup studygroup subjectgroup subjectgroupid
    participantgroup status condition 组别 分组 组 诊断 类别 标签 疾病 患病 被试组别
    """
)
SITES = words(
    """
    site sites siteid sitename sitecode sitenumber siteno center centre centerid centreid
    centername centrename centers scansite scanningsite acquisitionsite datasite hospital
    institution institute 站点 中心 地点 医院 采集地点 采集中心
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
    control controls ctrl ctrls ctl ctls con cont cntrl hc hcs hcc nc ncs hv hvs hs td tdc
    tdcs tc cn cu cnt healthy healthycontrol healthycontrols healthyvolunteer
    healthyvolunteers healthysubject healthysubjects healthyperson healthyadult
    healthycomparison normal normals normalcontrol normalcontrols normalvolunteer
    cognitivelynormal cognitivelyunimpaired cognitivenormal typical typicallydeveloping
    typicaldeveloping typicaldevelopment typicallydevelopingcontrol
    typicallydevelopingchildren neurotypical unaffected nonpatient nonpatients comparison
    controlgroup controlsubject kontrolle kontrollen gesund temoin temoins 对照 对照组 健康
    健康对照
    健康对照组 健康人 正常 正常对照 正常对照组 正常人 正常组 健康组 健康被试
    """
)
PATIENTS = words(
    """
    patient patients pat pats pt case cases patientgroup affected 患者 患者组 病人 病人组
    病例 病例组
    """
)
# In these columns yes means: has the disease.
OF_DISEASE = words(
    """
    labelgroup label labels dx diagnosis diagnostic diag disease patient case casecontrol 诊断
    疾病 患病 标签
    """
)
