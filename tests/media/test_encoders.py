import av
import pytest

from afterglow.errors import DeviceError, UsageError
from afterglow.media import encoders
from afterglow.media.encoders import NVENC, SOFTWARE, encoders_here, why_not, working_encoder
from afterglow.media.quality import (
    PRESETS,
    encoder_options,
    require_qp,
    step,
    vp9_quantiser,
)
from afterglow.media.target import WriteOptions, open_target
from tests.media.clips import info, write


def test_every_software_encoder_really_encodes():
    found = {name: works for name, works, _why in encoders_here()}
    assert all(found[encoder.name] for encoder in SOFTWARE.values())
    assert set(found) == {e.name for table in (SOFTWARE, NVENC) for e in table.values()}


def test_an_encoder_that_fails_says_why():
    assert why_not("libx264", 63, 47, "yuv420p")
    assert why_not("no-such-encoder", 64, 48, "yuv420p")
    assert why_not("libx264", 64, 48, "yuv420p") == ""


def test_the_answer_is_kept(monkeypatch):
    calls = []
    trial = encoders.trial
    monkeypatch.setattr(encoders, "trial", lambda *a: calls.append(a) or trial(*a))
    for _ in range(3):
        why_not("libx264", 70, 50, "yuv420p")
    assert len(calls) == 1


def test_auto_falls_back_with_a_line_and_nvenc_does_not(monkeypatch):
    monkeypatch.setattr(encoders, "why_not", lambda *a: "there is no such chip")
    name, line = working_encoder("hevc", "auto", 64, 48)
    assert name == "libx265"
    assert "hevc_nvenc" in line and "there is no such chip" in line
    with pytest.raises(DeviceError, match="there is no such chip") as caught:
        working_encoder("hevc", "nvenc", 64, 48)
    assert "--encoder auto" in caught.value.hint
    with pytest.raises(UsageError, match="no hardware encoder for ffv1"):
        working_encoder("ffv1", "nvenc", 64, 48)
    assert working_encoder("hevc", "software", 64, 48) == ("libx265", "")


def test_nvenc_is_taken_where_it_works(monkeypatch):
    monkeypatch.setattr(encoders, "why_not", lambda *a: "")
    assert working_encoder("h264", "auto", 64, 48) == ("h264_nvenc", "")


def test_the_qp_is_the_same_in_hardware_and_software():
    assert encoder_options("libx264", 17, None)["qp"] == "17"
    nvenc = encoder_options("h264_nvenc", 17, None)
    assert (nvenc["qp"], nvenc["rc"]) == ("17", "constqp")
    assert "qp=17" in encoder_options("libx265", 17, None)["x265-params"]


@pytest.mark.parametrize("qp", [-1, 52])
def test_a_qp_out_of_range_names_the_range(qp):
    with pytest.raises(UsageError, match=str(qp)) as caught:
        require_qp(qp)
    assert "0 to 51" in caught.value.hint


def test_vp9_and_av1_take_the_nearest_step():
    assert step(4) == 1
    assert step(16) == 4
    levels = [vp9_quantiser(qp) for qp in range(52)]
    assert levels == sorted(levels)
    assert (levels[0], levels[51]) == (0, 63)
    assert levels[28] == 27, "16 levels are 128 eighths: index 108 of the table, quantiser 27"


def test_presets_are_the_encoders_own():
    assert encoder_options("libx264", 10, None)["preset"] == "medium"
    assert encoder_options("h264_nvenc", 10, "p7")["preset"] == "p7"
    assert encoder_options("libvpx-vp9", 10, "8")["cpu-used"] == "8"
    for encoder, presets in PRESETS.items():
        with pytest.raises(UsageError, match="no preset 'p99'") as caught:
            encoder_options(encoder, 10, "p99")
        assert presets.default in caught.value.hint


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("o.mp4", "h264"),
        ("o.mp4", "hevc"),
        ("o.mp4", "av1"),
        ("o.webm", "vp9"),
        ("o.mov", "prores"),
    ],
)
def test_a_higher_qp_makes_a_smaller_file(tmp_path, name, codec):
    sizes = []
    for qp in (4, 20, 36):
        target = tmp_path / f"{qp}{name}"
        write(target, info(160, 120), codec=codec, qp=qp)
        sizes.append(target.stat().st_size)
    assert sizes[0] > sizes[1] > sizes[2]


def test_every_frame_of_constant_qp_is_at_that_qp(tmp_path):
    """Read from the encoder's own report in the stream."""
    write(tmp_path / "out.mp4", info(), qp=23, encoder="software")
    assert b"rc=cqp mbtree=0 qp=23" in (tmp_path / "out.mp4").read_bytes()


@pytest.mark.gpu
def test_nvenc_encodes_where_it_says_so(tmp_path):
    why = why_not("h264_nvenc", 256, 144, "yuv420p")
    if why:
        pytest.skip(f"h264_nvenc: {why}")
    target = tmp_path / "out.mp4"
    options = WriteOptions(encoder="nvenc")
    write(target, info(256, 144), encoder="nvenc")
    with av.open(str(target)) as container:
        assert container.streams.video[0].codec_context.name == "h264"
    with open_target(
        str(tmp_path / "b.mp4"), info(256, 144), options, None, lambda line: None
    ) as out:
        assert out.encoder == "h264_nvenc"
        raise SystemExit
