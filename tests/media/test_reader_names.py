"""Names are just names; only files that hold video are opened."""

from pathlib import Path

import av
import numpy as np
import pytest

from afterglow.errors import MediaError
from tests.media.made import numbered, picture
from tests.media.reading import opened, read


@pytest.mark.parametrize("name", ["-y.mp4", "a:b.mp4", "http:x.mp4", "100%.mp4", "n_%03d.mp4"])
def test_odd_names_are_just_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    numbered(tmp_path / "plain.mp4", 3).rename(tmp_path / name)
    assert read(tmp_path / name)[0] == [0, 1, 2]
    monkeypatch.chdir(tmp_path)
    assert read(name)[0] == [0, 1, 2]


@pytest.mark.parametrize(
    "name", ["http://127.0.0.1:9/a.mp4", "concat:a.mp4|b.mp4", "data:video/mp4;base64,AAAA"]
)
def test_only_files_are_opened(name: str) -> None:
    with pytest.raises(MediaError, match="only files are opened"):
        opened(name)


SCRIPTS = {
    "list.ffconcat": "ffconcat version 1.0\nfile 'a.mp4'\n",
    "list.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\na.ts\n#EXT-X-ENDLIST\n",
    "list.sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
    "m=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n",
    "list.mpd": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
    'profiles="urn:mpeg:dash:profile:isoff-main:2011"></MPD>',
    "notes.txt": "file 'a.mp4'\n",
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_that_point_elsewhere_open_nothing(tmp_path: Path, name: str) -> None:
    numbered(tmp_path / "a.mp4", 3)
    numbered(tmp_path / "a.ts", 3, codec="mpeg2video")
    script = tmp_path / name
    script.write_text(SCRIPTS[name])
    with pytest.raises(MediaError, match=name):
        opened(script)
    disguised = script.rename(tmp_path / "clip.mp4")
    with pytest.raises(MediaError, match=r"clip\.mp4"):
        opened(disguised)


def test_what_is_no_video_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").write_bytes(b"")
    (tmp_path / "noise.mp4").write_bytes(bytes(range(256)) * 40)
    with av.open(str(tmp_path / "sound.mp4"), "w") as container:
        stream = container.add_stream("aac", 48000)
        frame = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), "fltp", "stereo")
        frame.sample_rate = 48000
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    for name in ("empty.mp4", "noise.mp4", "sound.mp4", "missing.mp4", "."):
        with pytest.raises(MediaError) as caught:
            opened(tmp_path / name)
        assert "\n" not in str(caught.value)
    with pytest.raises(MediaError, match="no video"):
        opened(tmp_path / "sound.mp4")


def test_song_with_a_cover_has_no_video(tmp_path: Path) -> None:
    path = tmp_path / "a.m4a"
    with av.open(str(path), "w", "mp4") as container:
        song = container.add_stream("aac", 48000, layout="mono")
        cover = container.add_stream("mjpeg", 1)
        cover.width, cover.height, cover.pix_fmt = 64, 48, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        container.mux(cover.encode(av.VideoFrame.from_ndarray(picture(1), "rgb24")))
        container.mux(cover.encode())
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        silence.sample_rate = 48000
        container.mux(song.encode(silence))
        container.mux(song.encode())
    with pytest.raises(MediaError, match="no video"):
        opened(path)


def test_cover_art_is_not_the_video(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as container:
        cover = container.add_stream("mjpeg", 1)
        cover.width, cover.height, cover.pix_fmt = 320, 200, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        stream = container.add_stream("libx264", 25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        art = av.VideoFrame.from_ndarray(picture(1, 320, 200), "rgb24")
        container.mux(cover.encode(art))
        container.mux(cover.encode())
        for k in range(5):
            frame = av.VideoFrame.from_ndarray(picture(k), "rgb24")
            frame.pts = k
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    with opened(path) as source:
        assert (source.video.width, source.video.height) == (64, 48)
        assert len(list(source.frames())) == 5
