# 设备：训练可以使用哪一个，以及为何不能使用。

-give-device = 启动容器时需分配该设备（docker：--gpus all；Kubernetes：limits 中的 nvidia.com/gpu）。

unknown = device 为 '{ $device }'；只能是 auto、cpu、cuda 或 cuda:0。
no-usable-cuda = device 为 '{ $device }'，但没有可用的 CUDA 设备。
no-such-cuda = device 为 '{ $device }'，但本机最后一个 CUDA 设备是 { $last }。
unusable = 本机有 NVIDIA 设备，但无法使用。
choose-cpu = 如果仍要在 CPU 上训练，请将 device 设为 cpu。
fell-back-to-cpu = 本机有 NVIDIA 设备，但训练在 CPU 上进行。{ $reason }

build-without-cuda = torch { $torch } 未包含 CUDA。请安装带 CUDA 的 torch，或使用 worker 的 CUDA 镜像。
hidden = CUDA_VISIBLE_DEVICES 隐藏了所有设备。请取消该变量，或指定一个设备，例如 0。
no-driver = 未找到 NVIDIA 驱动和设备。请在节点上安装驱动；{ -give-device }
not-given = NVIDIA 驱动 { $driver } 已加载，但没有 /dev/nvidia0；{ -give-device }
driver-too-old = NVIDIA 驱动 { $driver } 过旧；torch { $torch } 需要 CUDA { $cuda }。请安装更新的驱动，或面向较旧 CUDA 的 torch。
not-supported = torch { $torch } 不支持该设备。请安装支持它的 torch。
refused = torch 无法使用该设备（{ $trouble }）。请在节点上检查 nvidia-smi，以及当前用户能否打开 /dev/nvidia0。
