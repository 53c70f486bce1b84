#!/usr/bin/env bash
# Makes the bundled model anew: corpus -> tokenizer -> choice and speech -> checkpoint -> GGUF -> measures.
# Needs Samar's environment (make setup) for the converter and the measures, and makes one of its own for torch.
#   THREADS=2 assets/starter/recipe/make.sh
set -euo pipefail
cd "$(dirname "$0")/../../.."
work=build/starter
python=${PYTHON:-python3}
samar=${SAMAR_PYTHON:-.venv/bin/python}
mkdir -p "$work"
if [[ ! -x $work/venv/bin/python ]]; then
  "$python" -m venv "$work/venv"
  "$work/venv/bin/pip" install -q -r assets/starter/recipe/requirements.txt
fi
out=$PWD/$work
samar_absolute=$(realpath -s "$samar")
(cd assets/starter && "$out/venv/bin/python" -m recipe count)
(cd assets/starter && "$out/venv/bin/python" -m recipe actions)
(cd assets/starter && "$out/venv/bin/python" -m recipe baseline)
(cd assets/starter && "$out/venv/bin/python" -m recipe train --out "$out/checkpoint" --threads "${THREADS:-1}")
"$samar" -m converter "$work/checkpoint" --type Q4_K_M --out "$work/samar-starter-q4_k_m.gguf" --force
(cd assets/starter && PYTHONPATH=. "$samar_absolute" -m recipe evaluate "$out/samar-starter-q4_k_m.gguf" --failures "$out")
cp "$work/samar-starter-q4_k_m.gguf" assets/starter/samar-starter-q4_k_m.gguf
