# 数据集与任务的重命名、描述、归档和删除；受试者数据的清除。

in-use = 有 { $count } 个尚未结束的任务需要它：{ $tasks }。请等待任务结束，或取消任务。
in-use-elsewhere = 其他项目有 { $count } 个尚未结束的任务需要它。请稍后再试。
in-use-meanwhile = 有 { $count } 个尚未结束的任务需要它。请稍后再试。
dataset-changed = 数据集 { $name } 已被重命名、更改或删除；请重新查看。
task-gone = 任务 { $task } 已被删除。
task-not-ended = 任务 { $task } 尚未结束，或其检查点尚待保存；请取消任务，或稍后再试。
task-imported = { $task } 是前代服务的任务，其模型是导入的。该行属于 NEURO-LEARN：请在那里删除，然后运行 'sgn clean --yes'。
erasure-leaves-nobody = 清除后数据集 { $name } 将不再有受试者；请改为删除该数据集。
not-ours-rename = 数据集 { $name } 由 NEURO-LEARN 保存，不能在此重命名。请在 NEURO-LEARN 中以新名称重新上传文件。
not-ours-delete = 数据集 { $name } 由 NEURO-LEARN 保存，不能在此删除。其用户可在 NEURO-LEARN 中删除；本服务保留的内容随后会在一分钟内移除。
not-ours-erase = 数据集 { $name } 由 NEURO-LEARN 保存，不能在此清除受试者。请从文件中去除这些受试者，在 NEURO-LEARN 中删除该数据集，再重新上传文件。
confirm-delete-dataset = { $count ->
    [0] 删除数据集 { $name } 后无法恢复。确认删除请发送 confirm=true。
   *[other] 有 { $count } 个任务使用过数据集 { $name }；其模型仍可使用。删除数据集后无法恢复。确认删除请发送 confirm=true。
}
confirm-delete-task = { $count ->
    [0] 删除任务 { $task } 及其模型和结果后无法恢复。确认删除请发送 confirm=true。
   *[other] 有 { $count } 个任务由 { $task } 微调而来，它们仍可使用。删除 { $task } 及其模型和结果后无法恢复。确认删除请发送 confirm=true。
}
confirm-erase = { $count ->
    [0] 未发现与这些受试者有关的已保存模型或预测。从 { $name } 中清除后无法恢复。确认清除请发送 confirm=true。
   *[other] 有 { $count } 个任务保存了与这些受试者有关的内容。从 { $name } 中清除后无法恢复。确认清除请发送 confirm=true。
}
field-unknown = { $field } 不能更改；可以更改的有：{ $fields }。
nothing-to-change = 正文没有指明要更改的内容；可以包含 { $fields }。
description-invalid = description 必须是不超过 { $most } 个字符的文本。
tags-invalid = tags 必须是最多 { $most } 个标签的列表，每个标签为 1 至 { $longest } 个可打印字符，不含逗号。
flag-invalid = { $field } 必须是 true 或 false。
name-invalid = { $field } 必须是 { $least } 至 { $most } 个可打印字符。
subjects-invalid = subjects 必须是包含 1 至 { $most } 个编号的列表。
not-granted = 本服务的数据库用户无权更改或删除 NEURO-LEARN 表中的行。运维人员可以授予此权限（docs/neuro-learn.md）。
