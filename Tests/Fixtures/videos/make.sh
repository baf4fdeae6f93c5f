#!/usr/bin/env bash
# Makes the clips of this folder, and beside each what the ffmpeg command says of its pictures: NAME.frames has the times
# and the SHA-256 of the RGB bytes of every picture. Made with ffmpeg 5.1.9-0+deb12u1; encoders of other versions write
# other files, and the same pictures come of the files that are here.
#
#   bash Tests/Fixtures/videos/make.sh [NAME ...]      all clips, or some; --frames: only what ffmpeg says of them
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"
run() { ffmpeg -nostdin -hide_banner -loglevel error -y -threads 1 "$@"; }
source=(-f lavfi -i testsrc2=size=64x48:rate=25:duration=0.72)
x264=(-c:v libx264 -preset veryslow -crf 34 -bf 3 -g 6 -threads 1 -pix_fmt yuv420p)
exact=(-fflags +bitexact -flags:v +bitexact -map_metadata -1)

make_clip() {
  case $1 in
    h264.mp4) run "${source[@]}" "${x264[@]}" -movflags +faststart "${exact[@]}" "$1" ;;
    variable-rate.mp4)
      run "${source[@]}" -vf "select='not(eq(mod(n,5),2))*not(between(n,9,11))'" -fps_mode vfr "${x264[@]}" "${exact[@]}" "$1" ;;
    sound.mp4)
      run "${source[@]}" -f lavfi -i sine=duration=0.72 "${x264[@]}" -c:a aac -b:a 16k "${exact[@]}" "$1" ;;
    edit-list.mp4) run -ss 0.4 -i sound.mp4 -an -c copy "${exact[@]}" "$1" ;;
    turned-90.mp4) run -i h264.mp4 -c copy "${exact[@]}" -metadata:s:v rotate=90 "$1" ;;
    turned-180.mp4) run -i h264.mp4 -c copy "${exact[@]}" -metadata:s:v rotate=180 "$1" ;;
    turned-422.mp4)
      run "${source[@]}" "${x264[@]}" -pix_fmt yuv422p10le "${exact[@]}" "$1.mp4"
      run -i "$1.mp4" -c copy "${exact[@]}" -metadata:s:v rotate=270 "$1"
      rm "$1.mp4" ;;
    ten-bit.mp4) run "${source[@]}" "${x264[@]}" -pix_fmt yuv420p10le "${exact[@]}" "$1" ;;
    full-range-444.mp4)
      run "${source[@]}" "${x264[@]}" -pix_fmt yuv444p -vf scale=out_range=pc:out_color_matrix=bt709 -color_range pc \
        -colorspace bt709 "${exact[@]}" "$1" ;;
    bt709.mp4) run "${source[@]}" "${x264[@]}" -vf scale=out_color_matrix=bt709 -colorspace bt709 "${exact[@]}" "$1" ;;
    wide-pixels.mp4) run "${source[@]}" -t 0.2 -vf setsar=4/3 "${x264[@]}" "${exact[@]}" "$1" ;;
    fragments.mp4) run -i h264.mp4 -c copy -movflags frag_keyframe+empty_moov "${exact[@]}" "$1" ;;
    encrypted.mp4)
      run -i h264.mp4 -c copy -encryption_scheme cenc-aes-ctr -encryption_key 76a6c65c5ea762046bd749a2e632ccbb \
        -encryption_kid a7e61c373e219033c21091fa607bf3b8 "${exact[@]}" "$1" ;;
    renewed.mp4)
      run "${source[@]}" "${x264[@]}" -x264-params intra-refresh=1:keyint=6:bframes=0 "${exact[@]}" "$1" ;;
    open-groups.mp4)
      run "${source[@]}" -c:v libx265 -crf 34 -pix_fmt yuv420p -x265-params \
        "bframes=3:keyint=6:open-gop=1:log-level=none:pools=1:frame-threads=1:info=0" -tag:v hvc1 "${exact[@]}" "$1" ;;
    vp9.webm) run "${source[@]}" -c:v libvpx-vp9 -crf 45 -b:v 0 -g 6 "${exact[@]}" "$1" ;;
    odd.webm) run "${source[@]}" -t 0.4 -vf scale=61:47 -c:v libvpx-vp9 -crf 45 -b:v 0 "${exact[@]}" "$1" ;;
    hidden-frames.webm)
      run -f lavfi -i testsrc2=size=64x48:rate=25:duration=1.6 -c:v libvpx -b:v 30k -g 20 -auto-alt-ref 1 -lag-in-frames 16 -pass 1 -passlogfile /tmp/vp8-pass -f null -
      run -f lavfi -i testsrc2=size=64x48:rate=25:duration=1.6 -c:v libvpx -b:v 30k -g 20 -auto-alt-ref 1 -lag-in-frames 16 -pass 2 -passlogfile /tmp/vp8-pass \
        "${exact[@]}" "$1"
      rm -f /tmp/vp8-pass* ;;
    av1.mkv) run "${source[@]}" -t 0.6 -c:v libaom-av1 -cpu-used 8 -crf 50 -b:v 0 -g 6 "${exact[@]}" "$1" ;;
    no-index.mkv) run -i h264.mp4 -c copy "${exact[@]}" -f matroska - >"$1" </dev/null ;;
    negative-times.mkv) run -ss 0.4 -i sound.mp4 -c copy -avoid_negative_ts disabled "${exact[@]}" "$1" ;;
    mpeg4.avi) run "${source[@]}" -c:v mpeg4 -q 10 -g 6 "${exact[@]}" "$1" ;;
    mpeg4-b.avi) run "${source[@]}" -c:v mpeg4 -q 10 -bf 2 -g 6 "${exact[@]}" "$1" ;;
    no-index.avi)
      run -i mpeg4.avi -c copy "${exact[@]}" "$1.avi"
      # The index is the last chunk; the list of pictures before it is whole.
      python3 - "$1.avi" "$1" <<'P'
import sys
data = open(sys.argv[1], "rb").read()
data = bytearray(data[: data.rindex(b"idx1")])
data[4:8] = (len(data) - 8).to_bytes(4, "little")
open(sys.argv[2], "wb").write(data)
P
      rm "$1.avi" ;;
    no-times.avi) run -t 0.4 -i h264.mp4 -c copy "${exact[@]}" "$1" ;;
    stays.avi) run "${source[@]}" -c:v libxvid -q 31 -bf 2 -g 6 "${exact[@]}" "$1" ;;
    pictures.avi) run "${source[@]}" -t 0.12 -c:v mjpeg -q 31 "${exact[@]}" "$1" ;;
    animation.gif)
      run -f lavfi -i testsrc2=size=64x48:rate=10:duration=1 -vf \
        "setpts='PTS+floor(N/3)*0.2/TB',format=rgba,geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='if(gt(X+N,20),255,0)',split[a][b];[a]palettegen=reserve_transparent=1:max_colors=8[p];[b][p]paletteuse=dither=none" \
        -fps_mode vfr "${exact[@]}" "$1" ;;
    animation.apng) run "${source[@]}" -t 0.2 -c:v apng "${exact[@]}" "$1" ;;
    program.mpg) run "${source[@]}" -c:v mpeg2video -q 31 -bf 2 -g 6 "${exact[@]}" "$1" ;;
    transport.ts) run -i h264.mp4 -c copy "${exact[@]}" -output_ts_offset 100 "$1" ;;
    cut-in.ts) run -i h264.mp4 -c copy "${exact[@]}" -f mpegts - </dev/null | tail -c +3761 >"$1" ;;

    theora.ogv) run "${source[@]}" -t 0.4 -c:v libtheora -q 3 -g 4 "${exact[@]}" "$1" ;;
    raw.h264) run -i h264.mp4 -c copy -bsf:v h264_mp4toannexb "${exact[@]}" "$1" ;;
    sound-only.m4a) run -f lavfi -i sine=duration=0.2 -c:a aac -b:a 8k "${exact[@]}" "$1" ;;
    cover.m4a)
      run -f lavfi -i sine=duration=0.2 -f lavfi -i color=red:size=32x32:duration=0.04 -map 0 -map 1 -c:a aac -b:a 8k -c:v mjpeg \
        -frames:v 1 -disposition:v attached_pic "${exact[@]}" "$1" ;;
    *) echo "make.sh: no clip is named $1" >&2; return 1 ;;
  esac
}

names=(h264.mp4 variable-rate.mp4 sound.mp4 edit-list.mp4 turned-90.mp4 turned-180.mp4 turned-422.mp4 ten-bit.mp4
  full-range-444.mp4 bt709.mp4 wide-pixels.mp4 fragments.mp4 encrypted.mp4 renewed.mp4 open-groups.mp4 vp9.webm odd.webm
  hidden-frames.webm av1.mkv no-index.mkv negative-times.mkv mpeg4.avi mpeg4-b.avi no-index.avi no-times.avi stays.avi
  pictures.avi animation.gif animation.apng program.mpg transport.ts cut-in.ts theora.ogv raw.h264 sound-only.m4a
  cover.m4a)
# Nothing comes of these.
without=" encrypted.mp4 sound-only.m4a cover.m4a "
makes=yes
if [[ ${1:-} == --frames ]]; then makes= && shift; fi
[[ $# -gt 0 ]] && names=("$@")
for name in "${names[@]}"; do
  if [[ $makes ]]; then make_clip "$name"; fi
  [[ $without == *" $name "* ]] && continue
  ffmpeg -nostdin -hide_banner -loglevel quiet -threads 1 -i "$name" -an -fps_mode passthrough -c:v rawvideo -pix_fmt rgb24 \
    -fflags +bitexact -f framehash -hash sha256 - </dev/null | sed '/^#/d; s/ *//g' >"$name.frames"
done
