# Devices: which one a training can use, and why not.

-give-device = start the container with the device (docker: --gpus all; Kubernetes: nvidia.com/gpu in its limits).

unknown = device is '{ $device }'; it must be auto, cpu, cuda or cuda:0.
no-usable-cuda = device is '{ $device }', but no CUDA device can be used.
no-such-cuda = device is '{ $device }', but the last CUDA device of this machine is { $last }.
unusable = This machine has an NVIDIA device that cannot be used.
choose-cpu = To train on the CPU nevertheless, choose the device cpu.
fell-back-to-cpu = Trained on the CPU, although this machine has an NVIDIA device. { $reason }

build-without-cuda = torch { $torch } was built without CUDA. Install a CUDA build of torch, or use the worker's CUDA image.
hidden = CUDA_VISIBLE_DEVICES hides every device. Unset it, or name a device, such as 0.
no-driver = No NVIDIA driver and no device were found. Install the driver on the node, and { -give-device }
not-given = The NVIDIA driver { $driver } is loaded, but there is no /dev/nvidia0; { -give-device }
driver-too-old = The NVIDIA driver { $driver } is too old; torch { $torch } needs CUDA { $cuda }. Install a newer driver, or a build of torch for an older CUDA.
not-supported = torch { $torch } has no code for this device. Install a build of torch that supports it.
refused = torch cannot use the device ({ $trouble }). Check nvidia-smi on the node, and whether this user may open /dev/nvidia0.
