# 同时在微调父模型的训练受试者上拟合的简单方法（“含父模型数据”）。
# $reason 为一句或数句；“父模型”包括父模型自身的父模型。

none = 简单方法仅在新的训练受试者上拟合，而模型还从其父模型的训练受试者中学习过，因此与其比较可能偏向该模型。{ $reason }
some = 含父模型数据的简单方法并未使用模型学习过的全部受试者。{ $reason }
part = 父模型的 { $recorded } 名训练受试者中，含父模型数据的简单方法可使用 { $found } 名，而模型从全部这些受试者中学习过。{ $reason }
not-in-folds = 各折中未拟合含父模型数据的简单方法，因为各折的模型也未经微调。
changed = 数据集 { $dataset } 的数值与父模型训练时不同；含父模型数据的简单方法按其当前数值拟合。

model-better = 模型优于各个同时在父模型的训练受试者上拟合的简单方法（其中最好的{ $method }：AUC { $auc }；模型减方法 { $difference }）。
model-alike = 没有证据表明模型优于同时在父模型的训练受试者上拟合的简单方法（{ $method }：AUC { $auc }；模型减方法 { $difference }）。
model-worse = 同时在父模型的训练受试者上拟合的简单方法优于模型（{ $method }：AUC { $auc }；模型减方法 { $difference }）。

not-in-project = 父模型训练所用的数据集 { $datasets } 不在本项目中：已被删除，或属于其他项目。
other-project = 父模型训练所用的数据集中有 { $count } 个属于其他项目。
not-recorded = 父模型未记录其训练所用的数据集。
not-readable = 父模型训练所用的数据集 { $dataset } 已无法读取。
not-usable = 数据集 { $dataset } 未能提供父模型的训练被试：{ $reason }
fewer = 数据集 { $dataset } 中曾用于训练父模型的 { $count } 名受试者已不在其中。
too-many = 受试者过多：简单方法最多拟合 { $most_subjects } 名受试者、共 { $most_values } 个数值。
not-given = 未提供父模型训练所用的文件（--parent-train）。
files-not-given = 父模型训练所用的文件中有一部分未提供（--parent-train）。
without-parent = --parent-train 给出的是 --parent 所指模型训练所用的文件；请同时给出 --parent。
unlike = 父模型的训练数据无法与新数据合并：{ $reason }
nobody-left = 父模型的所有训练受试者都参与了本任务。
nobody-trained-on = 其中没有用于训练父模型的受试者。
classes-unknown = 其中有父模型不认识的{ $classes }。
