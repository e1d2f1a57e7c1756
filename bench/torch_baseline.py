#!/usr/bin/env python3
"""Times the workloads of `rarefy bench` in PyTorch: what cuDNN makes of the same layers and nets on the same GPU.

    npx rarefy bench --set full --list --json > workloads.json
    python3 bench/torch_baseline.py workloads.json > torch.json

Needs Python 3.9 and PyTorch 1.13 or later. float32 without TF32, cuDNN's algorithms tuned for each size first. A sample is the wall
time of some launches in a row until the device is idle, divided by their number, as in bench/README.md; the figure is the median of
five. Weights are random: the output's size is checked, its values are not.
"""
import argparse
import json
import platform
import statistics
import sys
import time

import torch
import torch.nn.functional as F

ROUNDS = 5
SLOW_ROUNDS = ((30.0, 1), (4.0, 3))
SHORTEST = 0.05
LONGEST = 1.0


def pair(value):
    return tuple(value) if isinstance(value, (list, tuple)) else (value, value)


def sides(value):
    """Padding as top, left, bottom, right."""
    if not isinstance(value, (list, tuple)):
        return (value,) * 4
    return (*value, *value) if len(value) == 2 else tuple(value)


def size_of(shape):
    return (shape["n"], shape["c"], shape["h"], shape["w"])


def padded(x, options, fill=0.0):
    """x with padding that PyTorch's operators cannot say, and the padding that they can."""
    top, left, bottom, right = sides(options.get("pad", 0))
    if (top, left) == (bottom, right):
        return x, (top, left)
    return F.pad(x, (left, right, top, bottom), value=fill), (0, 0)


def cropped(y, options):
    """The window of a crop that is merged into an upsampling."""
    crop = options.get("crop")
    if crop is None:
        return y
    (top, left), size = pair(crop["offset"]), crop["size"]
    h, w = (size["h"], size["w"]) if isinstance(size, dict) else size
    return y[:, :, top : top + h, left : left + w]


def windows(options):
    return {"stride": pair(options.get("stride", 1)), "dilation": pair(options.get("dilation", 1))}


def conv2d(device, w, options, bias):
    weight = torch.randn(w["out"], w["in"] // w["groups"], *w["kernel"], device=device) / 16
    b = torch.randn(w["out"], device=device) if bias else None

    def run(x):
        x, pad = padded(x, options)
        y = F.conv2d(x, weight, b, padding=pad, groups=w["groups"], **windows(options))
        return F.relu_(y) if options.get("relu") else y

    return run


def conv_transpose2d(device, w, options):
    weight = torch.randn(w["in"], w["out"] // w["groups"], *w["kernel"], device=device) / 16
    top, left, bottom, right = sides(options.get("pad", 0))
    if (top, left) != (bottom, right):
        raise ValueError("padding unlike on two sides")
    extra = pair(options.get("outputPad", 0))

    def run(x):
        y = F.conv_transpose2d(
            x, weight, None, padding=(top, left), output_padding=extra, groups=w["groups"], **windows(options)
        )
        return cropped(y, options)

    return run


def max_pool(options):
    kernel = pair(options["kernel"])

    def run(x):
        x, pad = padded(x, options, float("-inf"))
        ceil = bool(options.get("ceil"))
        return F.max_pool2d(x, kernel, padding=pad, ceil_mode=ceil, **windows(options))

    return run


def resize(options, y):
    mode = options["mode"]
    if mode not in ("bilinear", "nearest", "bicubic"):
        raise ValueError(f"resize {mode}")
    align = {} if mode == "nearest" else {"align_corners": options.get("coordinates") == "align_corners"}
    return lambda x: F.interpolate(x, size=(y["h"], y["w"]), mode=mode, **align)


def layer_call(device, layer):
    """A layer as a function of its input."""
    op, options = layer["op"], layer.get("options", {})
    if op == "conv2d":
        return conv2d(device, layer["w"], options, True)
    if op == "conv_transpose2d":
        return conv_transpose2d(device, layer["w"], options)
    if op == "max_pool":
        return max_pool(options)
    if op == "resize":
        return resize(options, layer["y"])
    if op == "global_avg_pool":
        return lambda x: x.mean((2, 3), keepdim=True)
    raise ValueError(f"{op} is not timed")


def node_call(device, node, channels):
    """A layer of a net as a function of the maps that it reads."""
    kind, attrs = node["kind"], node["attrs"]
    if kind == "conv2d":
        run = conv2d(device, attrs["filter"], attrs["options"], attrs["bias"])
        return lambda maps: run(maps[0])
    if kind == "max_pool":
        run = max_pool(attrs)
        return lambda maps: run(maps[0])
    if kind == "upsample":
        options = attrs["options"]
        w = {"in": channels, "out": channels, "groups": channels, "kernel": pair(options["kernel"])}
        run = conv_transpose2d(device, w, options)
        return lambda maps: run(maps[0])
    if kind == "crop":
        top, left = attrs["offset"]
        return lambda maps: maps[0][:, :, top : top + maps[1].shape[2], left : left + maps[1].shape[3]]
    if kind == "sum":
        return lambda maps: sum(maps[1:], maps[0])
    if kind == "concat":
        return lambda maps: torch.cat(maps, 1)
    if kind == "batch_norm":
        mean, var = torch.zeros(channels, device=device), torch.ones(channels, device=device)
        return lambda maps: F.batch_norm(maps[0], mean, var, eps=attrs["epsilon"])
    if kind == "activation" and attrs["kind"] == "relu":
        return lambda maps: F.relu(maps[0])
    if kind == "lrn":
        size, alpha, beta, k = attrs["size"], attrs["alpha"], attrs["beta"], attrs.get("k", 1)
        return lambda maps: F.local_response_norm(maps[0], size, alpha, beta, k)
    raise ValueError(f"{kind} is not timed")


def net_call(device, workload):
    """A net as a function of its input."""
    steps, channels = [], {}
    for node in workload["nodes"]:
        if node["kind"] == "input":
            source = node["name"]
            channels[source] = node["attrs"]["channels"]
            continue
        before = [channels[name] for name in node["inputs"]]
        steps.append((node["name"], node["inputs"], node_call(device, node, before[0])))
        own = {"conv2d": lambda: node["attrs"]["filter"]["out"], "concat": lambda: sum(before)}
        channels[node["name"]] = own.get(node["kind"], lambda: before[0])()

    def run(x):
        maps = {source: x}
        for name, inputs, call in steps:
            maps[name] = call([maps[i] for i in inputs])
        return maps[workload["output"]]

    return run


def prepare(device, workload):
    """The call, its input, and the size that must come out; None where any may."""
    if workload["kind"] == "net":
        return net_call(device, workload), size_of(workload["shape"]), None
    if workload["kind"] != "layer" or workload["layer"] is None:
        raise ValueError("not timed here")
    layer = workload["layer"]
    return layer_call(device, layer), size_of(layer["x"]), size_of(layer["y"])


def wait(device):
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def sample(device, run, x, count):
    start = time.perf_counter()
    for _ in range(count):
        run(x)
    wait(device)
    return (time.perf_counter() - start) / count


def measure(device, workload):
    call, shape, wanted = prepare(device, workload)
    x = torch.rand(shape, device=device) * 2 - 1
    y = call(x)
    if wanted is not None and tuple(y.shape) != wanted:
        raise ValueError(f"its output is {tuple(y.shape)}, ours {wanted}")
    wait(device)
    once = sample(device, call, x, 1)
    count = 1
    while 2 * count * once <= LONGEST and sample(device, call, x, count) * count < SHORTEST:
        count *= 2
    rounds = next((n for least, n in SLOW_ROUNDS if once > least), ROUNDS)
    samples = [1e3 * sample(device, call, x, count) for _ in range(rounds)]
    median = statistics.median_high(samples)
    return {
        "case": workload["name"],
        "engine": f"torch-{device.type}",
        "variant": f"torch {torch.__version__}, cuDNN {torch.backends.cudnn.version() or 'none'}",
        "medianMs": median,
        "minMs": min(samples),
        "maxMs": max(samples),
        "samples": samples,
        "gflops": workload["flops"] / median / 1e6,
        "gbps": workload["bytes"] / median / 1e6,
        "maxError": None,
    }


def main():
    parser = argparse.ArgumentParser(description="Times the workloads of `rarefy bench --list --json` in PyTorch")
    parser.add_argument("workloads", help="what `rarefy bench --list --json` printed")
    parser.add_argument("--device", help="cuda, mps or cpu; the first that is there without")
    args = parser.parse_args()
    mps = getattr(torch.backends, "mps", None)
    there = "cuda" if torch.cuda.is_available() else "mps" if mps and mps.is_available() else "cpu"
    device = torch.device(args.device or there)
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = True
    torch.manual_seed(1)
    with open(args.workloads, encoding="utf-8") as file:
        workloads = json.load(file)["workloads"]
    rows, unsupported = [], []
    with torch.inference_mode():
        for i, workload in enumerate(workloads):
            print(f"{i + 1}/{len(workloads)} {workload['name']}", file=sys.stderr)
            try:
                rows.append(measure(device, workload))
            except (ValueError, RuntimeError) as error:
                reason = str(error).split("\n", 1)[0]
                unsupported.append({"case": workload["name"], "engine": f"torch-{device.type}", "reason": reason})
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.processor() or device.type
    json.dump(
        {"adapter": name, "runtime": f"python {platform.python_version()}", "rows": rows, "unsupported": unsupported},
        sys.stdout,
        indent=1,
    )
    print()


if __name__ == "__main__":
    main()
