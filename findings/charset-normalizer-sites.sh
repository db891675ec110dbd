#!/usr/bin/env bash
# charset-normalizer 3.5.3 on tables of subjects whose only foreign words are names of sites.
#
# Such a table is ASCII but for one short word per row: a Chinese city in GBK, as Excel saves it on
# a Chinese Windows, or a European one in Latin-1. The library offers an encoding, without a doubt
# expressed, in which the word is another one. All bytes decode, so no error is raised, and two
# files of one site that were saved by two programs become two sites.
#
# Guessed before it was run: gb18030 for every Chinese city, because GBK is the usual encoding of
# these bytes, and cp1252 for Zürich. Seen: Korean (cp949) for Beijing and Chengdu, Japanese for
# Shanghai and Changsha, cp775 for Zürich; Guangzhou and longer words come out right.
#
# Exits with 1 if an output differs from the one below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check charset-normalizer==3.5.3

cat > "$folder/run.py" <<'PYTHON'
from charset_normalizer import from_bytes

HEADER = "ID,LABEL,GMV_1,GMV_2,SITE"
ROWS = [f"sub-{row:02},{row % 2},0.{4104 + row},0.{4246 + row}" for row in range(24)]


def offered(site: str, encoding: str) -> str:
    table = "\n".join([HEADER, *(f"{row},{site}" for row in ROWS), ""])
    best = from_bytes(table.encode(encoding)).best()
    return f"{site} in {encoding}: {best.encoding}, {str(best).splitlines()[1].split(',')[-1]}"


for city in ("北京", "上海", "长沙", "成都", "广州"):
    print(offered(city, "gbk"))
for city in ("Zürich", "München", "Århus"):
    print(offered(city, "latin-1"))
PYTHON

diff - <(PYTHONUTF8=1 "$folder/env/bin/python" "$folder/run.py") <<'SEEN'
北京 in gbk: cp949, 굇쑴
上海 in gbk: euc_jis_2004, 貧今
长沙 in gbk: euc_jis_2004, 海紐
成都 in gbk: cp949, 냥떼
广州 in gbk: gb18030, 广州
Zürich in latin-1: cp775, Z³rich
München in latin-1: cp775, M³nchen
Århus in latin-1: cp1250, Ĺrhus
SEEN
echo "As seen: charset-normalizer 3.5.3 names another city in seven of eight tables."
