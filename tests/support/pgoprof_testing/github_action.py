"""The shell steps of a composite action, run as a runner of GitHub Actions runs them."""

import os
import re
import subprocess

import yaml


def load(folder):
    return yaml.safe_load((folder / "action.yml").read_text())


def _expand(text, contexts):
    """What a runner makes of ${{ context.name }}, which it does before the shell sees anything."""
    return re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda match: contexts[match[1]], text)


def run(folder, workspace, path, **inputs):
    """Runs the steps of the action in `folder`, up to the first that fails; the last one's result."""
    action = load(folder)
    values = {name: str(inputs.pop(name.replace("-", "_"), declared["default"]))
              for name, declared in action["inputs"].items()}
    assert not inputs
    contexts = {**{f"inputs.{name}": value for name, value in values.items()}, "github.action_path": str(folder)}
    paths = workspace / "github_path"
    paths.write_text("")
    for step in action["runs"]["steps"]:
        assert step["shell"] == "bash"
        script = workspace / "step.sh"
        script.write_text(_expand(step["run"], contexts))
        environment = {**os.environ, "GITHUB_PATH": str(paths),
                       "PATH": ":".join([*reversed(paths.read_text().splitlines()), path]),
                       **{name: _expand(value, contexts) for name, value in step["env"].items()}}
        result = subprocess.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", script], env=environment,
                                cwd=workspace / _expand(step.get("working-directory", "."), contexts),
                                capture_output=True, text=True, check=False)
        if result.returncode != 0:
            break
    return result
