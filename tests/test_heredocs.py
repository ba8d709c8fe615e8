"""What a shell script writes down without running it."""

from __future__ import annotations

import pytest

from agentaudit.heredocs import written_down

BODY = "docker build -t x .\nEOF"


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (f"cat <<EOF\n{BODY}\nls", True),
        (f"cat > howto.txt <<'EOF'\n{BODY}", True),
        (f"  cat <<-EOF >> $GITHUB_STEP_SUMMARY\n{BODY}\necho $GITHUB_STEP_SUMMARY", True),
        (f'sudo tee /etc/x.conf <<"EOF" >/dev/null\n{BODY}', True),
        (f"usage() {{ cat <<EOF\n{BODY}\n}}\nusage", True),
        (f"cat > build.sh <<EOF\n{BODY}\nbash build.sh", False),
        (f"cat <<EOF | bash\n{BODY}", False),
        (f"cat <<EOF | ssh host\n{BODY}", False),
        (f"ssh host <<EOF\n{BODY}", False),
        (f"bash -s <<EOF\n{BODY}", False),
        (f"# cat <<EOF\n{BODY}", False),
        ("cat <<EOF\ndocker build -t x .", False),
        ("cat <<< EOF\ndocker build -t x .\nEOF", False),
        ("x=$((1<<2))\ndocker build -t x .\n2", False),
    ],
)
def test_what_is_only_written_down(script: str, told: bool) -> None:
    rows = script.split("\n")
    build = next(at for at, row in enumerate(rows) if "docker" in row)
    assert (build in written_down(rows)) is told
    assert rows.index("ls") not in written_down(rows) if "ls" in rows else True


def test_many_that_nobody_closes_take_no_time() -> None:
    assert not written_down(["cat <<A"] * 3_000)


def test_variables_are_told_to_whoever_takes_the_file() -> None:
    assert written_down(["cat > a.env <<EOF", "TRACE=true", "make all", "EOF"]) == {2, 3}


def test_of_very_many_the_first_are_looked_into() -> None:
    rows = [
        row for n in range(9_000) for row in (f"cat <<E{n} > f{n}.txt", "docker build .", f"E{n}")
    ]
    told = written_down(rows)
    assert 1 in told
    assert len(rows) - 2 not in told
