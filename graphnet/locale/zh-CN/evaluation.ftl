# 折、交叉验证与基线：为何进行，或为何没有结果。

one-site = leave_site_out 需要至少两个站点的受试者；训练受试者全部来自 { $site }。
one-class-without-site = 无法进行 leave_site_out：除去 { $sites } 后，训练受试者只剩一个类别。
too-many-folds = cv_folds 为 { $folds }，但训练受试者只有 { $subjects } 名；每一折至少要测试一名受试者。
too-many-folds-of-class = cv_folds 为 { $folds }，但 { $name } 只有 { $subjects } 名训练受试者；每一折中每个类别至少要有一名受试者。

# $split is train, val or test; $measure a measure or the connectome; $empty and $others name classes.
measure-of-one-class = { $split }_data：{ $empty }的受试者都没有可用的{ $measure }值，而{ $others }的受试者有，因此“是否测量过”本身就会透露类别。请从数据中去掉{ $measure }，或使用各类别都测量了它的数据。
of-connectome = 连接组

baseline-one-class = 训练受试者全部属于同一类别。
baseline-too-large = 该方法最多拟合 { $most_subjects } 名受试者、共 { $most_values } 个数值；现有 { $subjects } 名受试者、每人 { $values } 个数值。
baseline-single-subject = 某一类别只有一名训练受试者，无法用内层折选择正则化强度。

learning-curve = { $trend ->
    [up] 每个模型的训练受试者由 { $fewer } 名增至 { $more } 名时，在同一批受试者上 { $metric } 上升 { $gain }（95 % 区间 { $low } 至 { $high }）：曲线尚未趋平，更多受试者可能使其提高；能提高多少无法由此得出。
    [down] 每个模型的训练受试者由 { $fewer } 名增至 { $more } 名时，在同一批受试者上 { $metric } 变化 { $gain }（95 % 区间 { $low } 至 { $high }）：有所下降，增加同类受试者不大可能改善。
   *[open] 每个模型的训练受试者由 { $fewer } 名增至 { $more } 名时，在同一批受试者上 { $metric } 变化 { $gain }（95 % 区间 { $low } 至 { $high }）：未显示上升。要么曲线已趋平，要么受试者太少而看不出上升。
}
learning-curve-unknown = 无法用区间说明 { $metric } 是否仍随训练受试者数上升。
no-learning-curve = 没有随训练受试者数变化的学习曲线：{ $reason }
learning-curve-nobody = 需要交叉验证，或未参与训练的测试受试者。
learning-curve-no-folds = 交叉验证没有结果。
learning-curve-few = 在此比例下，某一类别的训练受试者少于 { $least } 名。

leave-site-out-asked = 表单要求进行（leave_site_out）。
cv-folds-asked = 表单要求进行（cv_folds 为 { $folds }）。
cv-called-for = 没有任何验证或测试受试者未参与训练，因此对训练受试者进行交叉验证。
cv-of-sweep = 超参数搜索须由未参与选择的受试者评价，因此对训练受试者进行交叉验证。
cv-impossible = 没有任何验证或测试受试者未参与训练，且训练受试者太少，无法交叉验证：没有任何指标能反映模型在新受试者上的表现。
cv-failed = 交叉验证没有结果：{ $reason }
leave-site-out-failed = 逐站点留出验证没有结果：{ $reason }

graph-helps = 图结构有帮助：与同一网络去掉图相比，AUC 高 { $difference }（95 % 区间 { $low } 至 { $high }），依据{ $split ->
    [test] 测试受试者
    [cv] 交叉验证
   *[other] 验证受试者
}。
graph-unclear = 没有证据表明图结构有帮助：与同一网络去掉图相比，AUC 相差 { $difference }（95 % 区间 { $low } 至 { $high }），依据{ $split ->
    [test] 测试受试者
    [cv] 交叉验证
   *[other] 验证受试者
}。
graph-harms = 图结构起了反作用：与同一网络去掉图相比，AUC 相差 { $difference }（95 % 区间 { $low } 至 { $high }），依据{ $split ->
    [test] 测试受试者
    [cv] 交叉验证
   *[other] 验证受试者
}。
no-covariates = 无
covariate-unknown = covariates 中的 { $names } 不在训练数据中；训练数据中有 { $known }。
covariates-explain = 在同一批受试者上，仅用协变量（{ $covariates }）：{ $metric } { $alone }。模型{ $worse ->
    [yes] 更差
   *[no] 并未明显更好
}（{ $difference }，95 % CI { $low } 至 { $high }），因此其结果可能由这些协变量造成。
covariates-do-not-explain = 在同一批受试者上，仅用协变量（{ $covariates }）：{ $metric } { $alone }；模型高出 { $difference }（95 % CI { $low } 至 { $high }）。
covariates-by-chance = 在同一批受试者上，仅用协变量（{ $covariates }）：{ $metric } { $alone }，可能只是偶然；模型与其相差 { $difference }（95 % CI { $low } 至 { $high }）。
covariates-explain-score = 在同一批受试者上，仅用协变量（{ $covariates }）：R² { $alone }，而模型为 { $ours }，因此其结果可能由这些协变量造成。
site-explains = 在同一批受试者上，仅用站点：{ $metric } { $alone }。模型{ $worse ->
    [yes] 更差
   *[no] 并未明显更好
}（{ $difference }，95 % CI { $low } 至 { $high }），因此其结果可能由站点差异造成。
site-explains-score = 在同一批受试者上，仅用站点：R² { $alone }，而模型为 { $ours }，因此其结果可能由站点差异造成。

calibration-too-few = 某一类别中，由未用其训练的模型给出预测的训练受试者少于 { $least } 名。
calibration-parent-saw = 父模型曾用部分训练受试者训练，因此没有任何针对他们的预测出自未见过他们的模型。
calibration-inherited = 概率沿用父模型的校准。{ $reason }
uncalibrated = 模型的概率未经校准：其确信程度可能高于实际正确率。{ $reason }
folds-uncalibrated = { $split ->
    [cv] 交叉验证
   *[other] 逐站点留出验证
}：部分折的概率未经校准。{ $reason }
