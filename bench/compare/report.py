"""The table of a comparison, in Markdown."""

import datetime
import os
import platform
import re
import statistics

# Published results for 1 and 2 threads of libraries that are not run here, from a machine with 2 cores of an AMD EPYC (Zen 3, AVX2) and 99
# GFLOP/s of multiply-adds a thread; scaled by this machine's rate. kann trains W2 with RMSprop.
PUBLISHED_FMA = 99
PUBLISHED = {
    "kann on OpenBLAS": {"W1": (129e3, 155e3), "W2": (17.0e3, 21.4e3), "W3": (1282, 2205), "b1": (47, 47)},
    "MiniDNN": {"W1": (58e3, 77e3), "W2": (10.4e3, 14.9e3), "W3": (821, 1414), "b1": (6.1, 6.3), "b1024": (221e3, 423e3)},
}
UNITS = {"W1": "samples/s", "W2": "samples/s", "W3": "samples/s", "b1": "us a call", "b1024": "samples/s"}


def processor():
    try:
        with open("/proc/cpuinfo") as info:
            return re.search(r"model name\s*: (.*)", info.read()).group(1)
    except (OSError, AttributeError):
        return platform.processor() or "unknown processor"


def number(value):
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g}{letter}" if value < 1000 * size else f"{value / size:.0f}{letter}"
    return f"{value:.3g}"


def faster(workload, ours, theirs):
    return theirs / ours if workload == "b1" else ours / theirs


def published(peer, workload, threads, fma):
    values = PUBLISHED[peer].get(workload)
    if not values or not 1 <= threads <= len(values):
        return None
    scale = fma / PUBLISHED_FMA
    return values[threads - 1] / scale if workload == "b1" else values[threads - 1] * scale


def ratios(figures, peer, workload, threads):
    """weir's speed over the peer's for each pair of samples, in ascending order."""
    return sorted(faster(workload, *pair) for pair in figures.pairs.get((peer, workload, threads), []))


def ratio(figures, peer, workload, threads):
    """The median of these ratios, or None."""
    all_of_them = ratios(figures, peer, workload, threads)
    return statistics.median(all_of_them) if all_of_them else None


def limit(figures, workload, threads):
    """The limit that was measured, or None: for arithmetic the best of all processes, for memory their median."""
    values = figures.limits.get((workload, threads))
    if not values:
        return None
    return max(values) if UNITS.get(workload) == "samples/s" else statistics.median(values)


def best_cell(figures, peer, workload, threads):
    """Median and quartiles of the ratios, and the name of the peer."""
    values = ratios(figures, peer, workload, threads)
    quarter = len(values) // 4
    return f"{statistics.median(values):.2f}x [{values[quarter]:.2f} to {values[-1 - quarter]:.2f}] ({peer})"


def cell(theirs, times):
    if theirs is None:
        return "-"
    return number(theirs) + ("" if times is None else f" ({times:.2f}x)")


def row(cells):
    return "| " + " | ".join(cells) + " |"


def nets_table(options, peers, figures):
    columns = [(w, t) for w in options.workloads if w in UNITS for t in options.threads]
    if not columns:
        return []
    ours, fma = {c: figures.of_weir(*c) for c in columns}, figures.fma()
    lines = [row([""] + [f"{w} {t}T, {UNITS[w]}" for w, t in columns]), row(["---"] * (len(columns) + 1))]
    lines.append(row(["**weir**"] + ["-" if ours[c] is None else number(ours[c]) for c in columns]))
    best = {}
    for peer in peers:
        medians = {c: figures.of_peer(peer.name, *c) for c in columns}
        if not any(medians.values()):
            continue
        times = {c: ratio(figures, peer.name, *c) for c in columns}
        for c, value in times.items():
            if value is not None and (c not in best or value < best[c][0]):
                best[c] = (value, peer.name)
        lines.append(row([peer.name] + [cell(medians[c], times[c]) for c in columns]))
    for peer in PUBLISHED:
        values = {c: published(peer, *c, fma) for c in columns if fma}
        if any(values.values()):
            times = {c: faster(c[0], ours[c], value) if value and ours[c] else None for c, value in values.items()}
            lines.append(row([f"*{peer}: published, scaled*"] + [cell(values[c], times[c]) for c in columns]))
    lines.append(row(["weir over the best installed peer"] + [best_cell(figures, best[c][1], *c) if c in best else "-" for c in columns]))
    shares = []
    for c in columns:
        roof = limit(figures, *c)
        shares.append("-" if not roof or not ours[c] else f"{100 * faster(c[0], ours[c], roof):.0f} %")
    lines.append(row(["weir's share of the limit"] + shares))
    return lines


def relu_tables(options, peers, figures):
    lines = []
    names = [p.name for p in peers if p.name != "weir" and "relu" in p.workloads]
    rows = sorted({key[1] for key in figures.pairs if key[1].startswith("relu_")},
                  key=lambda name: (name.split("/")[0] != "relu_forward", name.split("/")[0] != "relu_grad", int(name.split("/")[1])))
    for threads in options.threads:
        seen = [n for n in names if any(figures.of_peer(n, r, threads) for r in rows)]
        if not seen:
            continue
        lines += ["", f"ReLU on {threads} thread{'s' if threads > 1 else ''}, GB/s", ""]
        lines += [row(["floats", "weir", "limit (copy)"] + seen), row(["---"] * (len(seen) + 3))]
        for name in rows:
            ours, copy = figures.of_weir(name, threads), limit(figures, name, threads)
            theirs = [cell(figures.of_peer(n, name, threads), ratio(figures, n, name, threads)) for n in seen]
            lines.append(row([name] + ["-" if value is None else number(value) for value in (ours, copy)] + theirs))
    return lines


def write(options, rounds, peers, figures, quiet):
    lines = [
        f"{processor()}, {os.cpu_count()} processors, {platform.system()} {platform.release()}; "
        f"{datetime.date.today().isoformat()}; f32"
        + (f"; {figures.fma():.0f} GFLOP/s of multiply-adds a thread." if figures.fma() else "."),
        f"Medians of {rounds} rounds of up to {options.turns} turns; (1.50x): weir, in its samples just before and after, is one and a half "
        "times as fast; [a to b]: the middle half of the turns.",
        f"{quiet.waits} times two processes were started; {quiet.given_up} of them though the machine was not quiet"
        + (f" (at most {quiet.most:.1f} processors busy)." if quiet.given_up else "."),
        "",
    ]
    lines += nets_table(options, peers, figures) + relu_tables(options, peers, figures)
    missing = sorted({(p.name, p.missing) for p in peers if p.missing})
    if missing:
        lines += ["", "Left out, because it is not installed:", ""]
        lines += [f"- {name}: apt-get install {package}" for name, package in missing]
    if figures.failed:
        lines += ["", "Failed:", ""] + [f"- {peer}, {workload}: {why}" for (peer, workload), why in figures.failed.items()]
    return "\n".join(lines)
