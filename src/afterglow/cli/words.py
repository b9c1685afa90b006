"""Plans and results in words and numbers that people read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from afterglow.models.sizes import told_size

if TYPE_CHECKING:
    from afterglow.engine import Plan, Summary
    from afterglow.frames import VideoInfo


def video_line(video: VideoInfo) -> str:
    """A video in one line: size, rate, frames, depth, colour."""
    length = "unknown length" if video.duration is None else f"{float(video.duration):.2f} s"
    frames = length if video.frames is None else f"{video.frames} frames"
    matte = ", with a matte" if video.alpha else ""
    colour = f"{video.colour.matrix} {video.colour.range}"
    rate = f"{float(video.rate):.6g} fps"
    return f"{video.width}x{video.height}, {rate}, {frames}, {video.bits} bits, {colour}{matte}"


def plan_lines(plan: Plan) -> list[str]:
    """A plan, one line per fact."""
    rolls = f"{plan.reach.past} frames before a cut, {plan.reach.future} after"
    frames = "unknown" if plan.frames is None else plan.frames
    return [
        f"input    {plan.source}: {video_line(plan.taken)}",
        f"output   {plan.target}: {video_line(plan.given)}",
        f"encoder  {plan.encoder}",
        f"device   {plan.device}",
        f"frames   {frames}; reaches {rolls}",
        f"memory   {told_size(plan.memory)} of frames at most",
    ]


def plan_facts(plan: Plan) -> dict[str, object]:
    """A plan as plain values."""
    given = plan.given
    return {
        "source": plan.source,
        "target": plan.target,
        "width": given.width,
        "height": given.height,
        "rate": str(given.rate),
        "bits": given.bits,
        "alpha": given.alpha,
        "frames": plan.frames,
        "encoder": plan.encoder,
        "device": plan.device,
        "memory": plan.memory,
    }


def summary_line(summary: Summary) -> str:
    """What a run did, in one line."""
    how = f"{summary.frames} frames in {summary.seconds:.1f} s ({summary.fps:.1f} fps)"
    end = "" if summary.complete else ", until its reader had enough"
    return f"{how}, {summary.encoder} to {summary.target}{end}"
