# 各程序格式的单个大脑文件。$file 为文件名。

damaged-xml = { $file } 是 XML 文件，但已损坏、不完整或定义了实体。
damaged-cifti = { $file } 是 CIFTI 文件，但已损坏或不完整。
damaged-gifti = { $file } 是 GIFTI 文件，但已损坏或不完整。
outside-gifti = { $file } 是 GIFTI 文件，但数值存储在另一文件中；请将数值保存在文件内。
no-matrix = { $file } 是 GIFTI 文件，但其中不是一个行列数组，而是 { $shapes }。请提供脑区矩阵或时间序列的文件。
no-parcels = { $file } 是 CIFTI 文件，但其数值不属于脑区；请先分区（wb_command -cifti-parcellate）。
several-maps = { $file } 有 { $count } 个图（{ $maps }）；只能有一个。请将每个图存为单独的文件。

# 图

damaged-netcc = { $file } 不是 AFNI 3dNetCorr 的文件：开头应为 ROI 数和矩阵数，并含有每个 ROI 一行的矩阵（CC、FZ）。
netcc-fisher = { $file } 的 .netcc 文件同时含有 r（CC）和 Fisher z（FZ）；已读取 FZ。
ask-netcc = { $file } 中有矩阵 { $matrices }。使用哪一个？
netcc-choice = { $matrix ->
    [CC] CC，Pearson r
    [FZ] FZ，Fisher z
    [PC] PC，偏相关
    [PCB] PCB，偏回归权重
   *[other] { $matrix }
}
one-graph = { $file } 是含有 { $count } 个图的 GraphML；只能有一个。
nodes = { $file } 有 { $count } 个节点；应为 3 至 2,000 个，且每个节点有各自的 id。
too-many-nodes = { $file } 的边列表中有 { $count } 个脑区；最多可读取 2,000 个。
no-weights = { $file } 的边没有可作为权重的数值属性。
ask-weight = { $file } 的边有多个属性：{ $attributes }。哪一个是权重？
weight-choice = { $attribute }
edge-twice = { $file } 中 { $one } 与 { $other } 之间的边出现了两次。
edge-without-weight = { $file } 中 { $one } 与 { $other } 之间的边没有数值。
absent-edges = { $file } 的图中并非每对脑区都有边；其余的权重为 0。
lists-of-edges = { $absent ->
    [true] { $file } 中是 { $regions } 个脑区（{ $first } 至 { $last }）之间的边列表；未列出的脑区对权重为 0。
   *[false] { $file } 中是 { $regions } 个脑区（{ $first } 至 { $last }）之间的边列表。
}

# 程序

other-count = { $file } 中 { $regions } 个脑区有 { $values } 个数值，或有重名的脑区。
odd-conn = { $file } 与 CONN 的格式不符：每个名称应对应一个时间序列，或一行一列。
first-component = { $regions } 保存了多个成分；已使用第一个，即均值。
other-centres = { $file } 的权重为 { $shape }，但有 { $centres } 个脑区中心；两者应相同，且每个中心有各自的名称。
damaged-lookup = { $file } 不是含有 mics 和 label 列的脑区表。
