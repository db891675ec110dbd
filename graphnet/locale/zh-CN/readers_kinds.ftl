# 不予读取的文件类型：是什么，以及如何处理。

foreign = { $file } 是{ $what }。{ $advice }

old-excel = 加密的工作簿或 Excel 2007 之前的工作簿（.xls）
feather = Feather 表格
pandas-hdf5 = pandas 写入 HDF5 的表格（to_hdf）
anndata = AnnData 文件（.h5ad）
sqlite = SQLite 数据库
rdata = R 文件（.RData）
rds = R 文件（.rds）
sas = SAS 文件（.sas7bdat、.xpt）
orc = Apache ORC 表格
spss-portable = SPSS 可移植文件（.por）
rtf = 文本文档（RTF）
pdf = PDF 文档
png = 图片（PNG）
jpeg = 图片（JPEG）
gif = 图片（GIF）
bzip2 = bzip2 压缩文件
xz = xz 压缩文件
zstandard = Zstandard 压缩文件
seven-zip = 7z 压缩包
rar = RAR 压缩包
tck = MRtrix 的纤维束（.tck）
trk = 纤维束（.trk）
mif = MRtrix 图像（.mif）
netcdf = NetCDF 文件
film = 视频
graphml = 单个受试者的图（GraphML）
gifti = GIFTI 文件
cat-roi = CAT12 中单个受试者的脑区列表（catROI）
excel-xml = Excel 2003 的 XML 工作簿
html = 网页（HTML），与文件名无关
xml = XML 文件
pickle = Python pickle 文件
nifti-2 = 图像（NIfTI-2）
nifti-1 = 图像（NIfTI-1）
tar = TAR 归档文件
dicom = 图像（DICOM）
word = 文本文档（Word）
powerpoint = 演示文稿（PowerPoint）
numbers = Numbers 工作簿
pytorch = PyTorch 文件，即 pickle
pconn = 分区连接组（.pconn.nii）
ptseries = 分区时间序列（.ptseries.nii）
dtseries = 密集时间序列（.dtseries.nii）
pscalar = 分区图（.pscalar.nii）
cifti = CIFTI 文件：{ $content }
surface-maps = 皮层表面图
virtual-brain = The Virtual Brain 的连接数据，即单个大脑的权重（{ $files }）

accepted = 请提供表格（CSV、TSV、Excel、OpenDocument、Stata、SPSS、Parquet、Arrow）、NumPy 的 .npz、MATLAB 的 .mat、HDF5、NEURO-LEARN 的 JSON，或每名受试者一个文件的文件夹的 ZIP 压缩包。
one-brain = 它描述的是单个大脑，而不是一组受试者：请导出为文本，在文件夹中为每名受试者提供一个文件并附上受试者表，再将文件夹打包为 ZIP 文件。
save-table = 请将表格另存为 CSV 或 .xlsx。
write-csv = 请用 write.csv(…, row.names = FALSE) 保存表格。
zip-instead = 请将这些文件打包为 ZIP 文件。
no-pickle = pickle 在打开时可能执行命令，因此不予读取。请在 Python 中打开，并保存为普通数组：numpy.savez('cohort.npz', fc=…, ids=…, labels=…)。
save-without-password = 请另存为 .xlsx 或 CSV，且不设密码。
save-as-xlsx = 请另存为 .xlsx 或 CSV。
open-and-save = 请用电子表格软件打开，并另存为 .xlsx 或 CSV。
one-of-many = 它描述的是单个大脑，而不是一组受试者。请提供包含每名受试者一个此类文件和受试者表的文件夹的 ZIP 压缩包。
