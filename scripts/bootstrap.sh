#!/bin/sh
# Makes .venv from uv.lock on a machine that has only Python 3.11 or newer; called by the Makefile.
#   sh scripts/bootstrap.sh env | fonts | lock
# uv itself is installed by pip into var/tools, so nothing outside this directory is changed.
set -eu
cd "$(dirname "$0")/.."
UV_VERSION=0.13.9
STAMP=.venv/.made-from
export UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=.venv
unset VIRTUAL_ENV PYTHONPATH PYTHONHOME

refuse() {
    printf '%s\n' "$1" >&2
    exit 2
}

# The distribution's own Python first: it is built with profiles (PGO), which one built by hand often
# is not, and needs a sixth less CPU. HOTLINE_PYTHON names another.
find_python() {
    for name in ${HOTLINE_PYTHON:-/usr/bin/python3.11 python3.11 /usr/bin/python3.12 python3.12 \
        /usr/bin/python3.13 python3.13 python3 python}; do
        if "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    have=$(python3 -V 2>&1 || python -V 2>&1 || echo '没有 Python')
    refuse "需要 Python 3.11 或更高版本（含 venv 模块），现在是：${have}。Debian/Ubuntu：apt install python3 python3-venv"
}

make_uv() {
    uv=var/tools/bin/uv
    if [ "$("$uv" --version 2>/dev/null | cut -d' ' -f2)" != "$UV_VERSION" ]; then
        python=$(find_python)
        mkdir -p var 2>/dev/null && [ -w var ] || refuse "不能写入 $(pwd)/var：磁盘只读或没有权限。请换一个可写的目录。"
        echo "准备安装工具 uv $UV_VERSION …"
        "$python" -m venv --clear var/tools || refuse "不能建立 var/tools，原因见上。"
        var/tools/bin/python -m pip install --quiet --disable-pip-version-check "uv==$UV_VERSION" ||
            refuse "不能安装 uv $UV_VERSION，原因见上（需要能访问 PyPI 或其镜像）。"
    fi
}

wanted() {
    cat uv.lock pyproject.toml scripts/bootstrap.sh | cksum
    pwd
}

make_env() {
    if [ -x .venv/bin/python ] && [ "$(cat "$STAMP" 2>/dev/null)" = "$(wanted)" ]; then
        return
    fi
    python=$(find_python)
    make_uv
    [ -w . ] || refuse "不能写入 $(pwd)：磁盘只读或没有权限。请换一个可写的目录。"
    echo "按 uv.lock 建立环境 .venv …"
    "$uv" sync --frozen --python "$python" || refuse "不能建立环境，原因见上。"
    wanted >"$STAMP"
    make_fonts
}

# Best effort: without them letters are set in the fonts that come with the packages.
make_fonts() {
    [ -f scripts/fonts.py ] || return 0
    .venv/bin/python scripts/fonts.py || true
}

case "${1:-env}" in
    env) make_env ;;
    fonts) make_env && make_fonts ;;
    lock) make_uv && "$uv" lock --python "$(find_python)" ;;
    *) refuse "用法：sh scripts/bootstrap.sh env|fonts|lock" ;;
esac
