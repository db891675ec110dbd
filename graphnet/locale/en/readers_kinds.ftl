# Files of kinds that are not read: what they are, and what to do with them.

foreign = { $file } is { $what }. { $advice }

old-excel = a workbook of Excel before 2007 (.xls), or one with a password
feather = a Feather table
pandas-hdf5 = a table that pandas wrote into HDF5 (to_hdf)
anndata = an AnnData file (.h5ad)
sqlite = an SQLite database
rdata = an R file (.RData)
rds = an R file (.rds)
sas = a SAS file (.sas7bdat, .xpt)
orc = a table of Apache ORC
spss-portable = a portable file of SPSS (.por)
rtf = a text document (RTF)
pdf = a PDF document
png = a picture (PNG)
jpeg = a picture (JPEG)
gif = a picture (GIF)
bzip2 = a file compressed with bzip2
xz = a file compressed with xz
zstandard = a file compressed with Zstandard
seven-zip = a 7z archive
rar = a RAR archive
tck = a set of streamlines of MRtrix (.tck)
trk = a set of streamlines (.trk)
mif = an image of MRtrix (.mif)
netcdf = a NetCDF file
film = a video
graphml = a graph of one subject (GraphML)
gifti = a GIFTI file
cat-roi = CAT12's list of regions of one subject (catROI)
excel-xml = a workbook in Excel's XML of 2003
html = a web page (HTML), whatever its name says
xml = an XML file
pickle = a Python pickle
nifti-2 = an image (NIfTI-2)
nifti-1 = an image (NIfTI-1)
tar = a TAR archive
dicom = an image (DICOM)
word = a text document (Word)
powerpoint = a presentation (PowerPoint)
numbers = a workbook of Numbers
pytorch = a file of PyTorch, which is a pickle
pconn = a parcellated connectome (.pconn.nii)
ptseries = parcellated time series (.ptseries.nii)
dtseries = dense time series (.dtseries.nii)
pscalar = parcellated maps (.pscalar.nii)
cifti = a CIFTI file: { $content }
surface-maps = maps of the surface
virtual-brain = a connectivity of The Virtual Brain, the weights of one brain ({ $files })

accepted = Give a table (CSV, TSV, Excel, OpenDocument, Stata, SPSS, Parquet, Arrow), a NumPy .npz, a MATLAB .mat, HDF5, NEURO-LEARN's JSON, or a ZIP file of a folder with one file per subject.
one-brain = It describes one brain, not a group of subjects: export it as text, give one file per subject in a folder beside a table of subjects, and pack the folder as a ZIP file.
save-table = Save the table as CSV or .xlsx.
write-csv = Save the table by write.csv(…, row.names = FALSE).
zip-instead = Pack the same files as a ZIP file.
no-pickle = A pickle can run commands when it is opened, so none is read here. Open it in Python and save plain arrays: numpy.savez('cohort.npz', fc=…, ids=…, labels=…).
save-without-password = Save it as .xlsx or CSV, without a password.
save-as-xlsx = Save it as .xlsx or CSV.
open-and-save = Open it in a spreadsheet and save it as .xlsx or CSV.
one-of-many = It describes one brain, not a group of subjects. Give a folder with one such file per subject and a table of subjects, packed as a ZIP file.
