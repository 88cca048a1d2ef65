"""The configuration that the package brings: every line of it can be used as it stands."""
import re

from paths import REPO
from program import run

CONF = REPO / "deploy/conf/sessiond.conf"


def test_it_is_legal_as_it_is(tmp_path):
    assert "postgres.conninfo=dbname=sessiond" in run("-F", str(CONF), "config")


def test_every_key_in_it_is_one_that_may_be_set_commented_out_or_not(tmp_path):
    text = re.sub(r"(?m)^#([a-z][a-z.]+=.)", r"\1", CONF.read_text())
    keys = re.findall(r"(?m)^([a-z.]+)=", text)
    assert len(keys) > 12
    conf = tmp_path / "sessiond.conf"
    conf.write_text(text)
    config = run("-F", str(conf), "config")
    for key in keys:
        assert re.search(rf"(?m)^{re.escape(key)}=.*{re.escape(str(conf))}", config), key


def test_a_default_that_it_names_is_the_default(tmp_path):
    """What is commented out and stays so means what it says."""
    defaults = run("-F", "/dev/null", "config")
    for key, value in re.findall(r"(?m)^#([a-z][a-z.]+)=(.+)$", CONF.read_text()):
        if not key.startswith(("kafka.", "schema.registry.")):  # those are examples
            assert re.search(rf"(?m)^{re.escape(key)}={re.escape(value)}\s", defaults), key


def test_every_secret_that_it_names_is_read_from_the_folder_of_secrets(tmp_path):
    names = set(re.findall(r"/etc/sessiond/secrets/([a-z.]*[a-z])", CONF.read_text()))
    assert names == {"kafka.sasl.password", "postgres.conninfo", "schema.registry.basic.auth.user.info"}
    for name in names:
        (tmp_path / name).write_text("user:secret\n")
    config = run("-F", str(CONF), "-X", "schema.registry.url=http://r", "config", CREDENTIALS_DIRECTORY=str(tmp_path))
    for name in names:
        assert f"CREDENTIALS_DIRECTORY, from {tmp_path}/{name}" in config
    assert "user:secret" not in config
