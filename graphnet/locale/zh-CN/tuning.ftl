# 微调是否有帮助。$subjects 名受试者对微调后的模型和父模型都是新的；$split 说明是哪些受试者。

helped = 微调有帮助：在同样的 { $subjects } 名新受试者（{ $split ->
    [test] 测试集
   *[other] 依次不参与训练
}）上，{ $metric }为 { $tuned }，父模型为 { $parent }；差值 { $difference }（95 % 置信区间 { $low } 至 { $high }）。
harmed = 微调有害：在同样的 { $subjects } 名新受试者（{ $split ->
    [test] 测试集
   *[other] 依次不参与训练
}）上，{ $metric }为 { $tuned }，父模型为 { $parent }；差值 { $difference }（95 % 置信区间 { $low } 至 { $high }）。请使用父模型。
unclear = 没有证据表明微调有帮助：在同样的 { $subjects } 名新受试者（{ $split ->
    [test] 测试集
   *[other] 依次不参与训练
}）上，{ $metric }为 { $tuned }，父模型为 { $parent }；差值 { $difference }（95 % 置信区间 { $low } 至 { $high }）。
threshold-moved = 微调只移动了阈值：在同样的 { $subjects } 名新受试者（{ $split ->
    [test] 测试集
   *[other] 依次不参与训练
}）上，灵敏度为 { $sensitivity_tuned }（父模型 { $sensitivity_parent }），特异度为 { $specificity_tuned }（父模型 { $specificity_parent }），但没有证据表明排序更好（AUC 差值 { $difference }，95 % 置信区间 { $low } 至 { $high }）。父模型仅移动阈值即可达到 { $sensitivity_moved } 和 { $specificity_moved }。
probabilities-better = 微调改善了概率：在同样的 { $subjects } 名新受试者（{ $split ->
    [test] 测试集
   *[other] 依次不参与训练
}）上，Brier 分数为 { $brier_tuned }，父模型为 { $brier_parent }，父模型仅移动阈值时为 { $brier_moved }。没有证据表明排序更好（AUC 差值 { $difference }，95 % 置信区间 { $low } 至 { $high }）。
probabilities-worse = 微调使概率变差：在同样的 { $subjects } 名新受试者（{ $split ->
    [test] 测试集
   *[other] 依次不参与训练
}）上，Brier 分数为 { $brier_tuned }，父模型为 { $brier_parent }；没有证据表明排序更好（AUC 差值 { $difference }，95 % 置信区间 { $low } 至 { $high }）。
few = 尚无法判断微调是否有帮助：{ $subjects } 名新受试者太少；每类至少需要 { $least } 名，而要使区间排除零差异通常需要更多。
unknown = 无法判断微调是否有帮助：{ $reason }
nobody-new = 所有可供测试的受试者都曾用于训练父模型或本模型。请在 test_data 中加入新受试者。
nobody-held-out = 没有受试者被留出。请在 test_data 中加入新受试者，或使用 cv_folds。
beats-scratch = 它优于在同样的新受试者上从头训练（{ $metric } { $scratch }；差值 { $difference }，95 % 置信区间 { $low } 至 { $high }）。
like-scratch = 没有证据表明它优于在同样的新受试者上从头训练（{ $metric } { $scratch }；差值 { $difference }，95 % 置信区间 { $low } 至 { $high }）。
worse-than-scratch = 在同样的新受试者上从头训练更好（{ $metric } { $scratch }；差值 { $difference }，95 % 置信区间 { $low } 至 { $high }）。
no-scratch = 无法与从头训练比较：{ $reason }
left-out = 未计入此比较：曾用于训练父模型的受试者（{ $parent } 名）或曾用于训练本模型的受试者（{ $training } 名）。
parent-unknown = 父模型没有记录其全部训练受试者；如果其中有这些受试者，比较会偏向父模型。
