"""A real Keystone and a real Glance on loopback, with the users and images of a fixture.

    cloud.py make HOME FIXTURE       configuration and databases
    cloud.py serve HOME keystone|glance
    cloud.py users HOME FIXTURE      users, roles and the catalogue, through Keystone's API
    cloud.py seed HOME FIXTURE       exactly the images of the fixture, ids and times included
    cloud.py tokens HOME FIXTURE     a token of Keystone's for each of the fixture's, as JSON

HOME has the file `ports`, a line `keystone=PORT` and a line `glance=PORT`. What a Glance behind Nova cannot be
asked for (ids, owners, times, statuses) is written into its database.
"""
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request

PASSWORD = "oracle"
SERVICE_PROJECT = "cccccccc000000000000000000005e01"

# Columns of Glance's table of images; whatever else an image of a fixture has is a property.
COLUMNS = [
    "id", "name", "size", "status", "created_at", "updated_at", "deleted_at", "disk_format",
    "container_format", "checksum", "owner", "min_disk", "min_ram", "protected", "virtual_size",
    "visibility", "os_hidden", "os_hash_algo", "os_hash_value",
]
USUAL = {"min_disk": 0, "min_ram": 0, "protected": False, "visibility": "shared", "os_hidden": False}
NEITHER = {"tags", "self", "file", "schema", "direct_url", "locations", "stores", "deleted"}


def ports(home):
    lines = (home / "ports").read_text().split()
    return dict(line.split("=") for line in lines)


def keystone_url(home):
    return f"http://127.0.0.1:{ports(home)['keystone']}/v3"


def keystone_conf(home):
    return f"""[DEFAULT]
log_file = {home}/keystone.log
[database]
connection = sqlite:///{home}/keystone.sqlite
[token]
provider = fernet
expiration = 86400
[fernet_tokens]
key_repository = {home}/fernet-keys
[credential]
key_repository = {home}/credential-keys
"""


def glance_conf(home):
    url = f"http://127.0.0.1:{ports(home)['keystone']}"
    return f"""[DEFAULT]
log_file = {home}/glance.log
worker_self_reference_url = http://127.0.0.1:{ports(home)['glance']}
enabled_backends = file:file
[database]
connection = sqlite:///{home}/glance.sqlite
[glance_store]
default_backend = file
[file]
filesystem_store_datadir = {home}/images
[os_glance_staging_store]
filesystem_store_datadir = {home}/staging
[os_glance_tasks_store]
filesystem_store_datadir = {home}/tasks
[paste_deploy]
flavor = keystone
config_file = {home}/glance/glance-api-paste.ini
[oslo_messaging_notifications]
driver = noop
[keystone_authtoken]
www_authenticate_uri = {url}
auth_url = {url}
auth_type = password
project_domain_name = Default
user_domain_name = Default
project_name = service
username = glance
password = {PASSWORD}
service_token_roles_required = true
"""


def make(home, fixture):
    environment = pathlib.Path(sys.prefix)
    for folder in ("keystone", "glance", "images", "staging", "tasks"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    (home / "keystone/keystone.conf").write_text(keystone_conf(home))
    (home / "glance/glance-api.conf").write_text(glance_conf(home))
    shutil.copy(environment / "etc/glance/glance-api-paste.ini", home / "glance")

    def manage(service, config, *words):
        command = environment / "bin" / f"{service}-manage"
        said = subprocess.run([command, "--config-file", home / config, *words],
                              capture_output=True, text=True)
        if said.returncode:
            sys.exit(f"{service}-manage {' '.join(words)}: {said.stdout}{said.stderr}")

    conf = "keystone/keystone.conf"
    owner = ["--keystone-user", str(os.getuid()), "--keystone-group", str(os.getgid())]
    manage("keystone", conf, "fernet_setup", *owner)
    manage("keystone", conf, "credential_setup", *owner)
    manage("keystone", conf, "db_sync")
    projects = [(project["id"], project["name"]) for project in fixture["projects"]]
    database = sqlite3.connect(home / "keystone.sqlite")
    root = "<<keystone.domain.root>>"
    rows = [("default", "Default", root, None, 1)]
    rows += [(key, name, "default", "default", 0)
             for key, name in projects + [(SERVICE_PROJECT, "service")]]
    known = {row[0] for row in database.execute("select id from project")}
    for key, name, domain, parent, is_domain in rows:
        if key not in known:
            database.execute(
                "insert into project(id, name, extra, description, enabled, domain_id, parent_id, is_domain)"
                " values(?, ?, '{}', '', 1, ?, ?, ?)", (key, name, domain, parent, is_domain))
    database.commit()
    url = keystone_url(home)
    manage("keystone", conf, "bootstrap", "--bootstrap-password", PASSWORD,
           "--bootstrap-username", "admin", "--bootstrap-project-name", "admin",
           "--bootstrap-role-name", "admin", "--bootstrap-service-name", "keystone",
           "--bootstrap-region-id", "RegionOne", "--bootstrap-admin-url", url,
           "--bootstrap-public-url", url, "--bootstrap-internal-url", url)
    manage("glance", "glance/glance-api.conf", "db", "sync")


def serve(home, service):
    # The services read their command line, which is this file's.
    sys.argv = [service]
    os.environ[f"OS_{service.upper()}_CONFIG_DIR"] = str(home / service)
    import importlib

    import waitress
    application = importlib.import_module(f"{service}.wsgi.api").application
    waitress.serve(application, host="127.0.0.1", port=int(ports(home)[service]), threads=8)


def call(home, method, path, body=None, token=None):
    headers = {"Content-Type": "application/json"}
    if token:
        headers["X-Auth-Token"] = token
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(keystone_url(home) + path, data, headers, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
            return answer.headers, json.loads(text) if text else None
    except urllib.error.HTTPError as error:
        sys.exit(f"{method} {path}: {error.code} {error.read().decode()}")


def sign_in(home, user, project):
    domain = {"id": "default"}
    password = {"user": {"name": user, "domain": domain, "password": PASSWORD}}
    auth = {"identity": {"methods": ["password"], "password": password},
            "scope": {"project": {"name": project, "domain": domain}}}
    headers, _ = call(home, "POST", "/auth/tokens", {"auth": auth})
    return headers["X-Subject-Token"]


def users(home, fixture):
    token = sign_in(home, "admin", "admin")
    roles = {role["name"]: role["id"] for role in call(home, "GET", "/roles", token=token)[1]["roles"]}
    for name in ("member", "reader", "service"):
        if name not in roles:
            made = call(home, "POST", "/roles", {"role": {"name": name}}, token)[1]
            roles[name] = made["role"]["id"]
    projects = {project["name"]: project["id"] for project in fixture["projects"]}
    wanted = [(user["name"], projects[role["project"]], [role["role"], "reader"])
              for user in fixture["users"] if user["name"] != "admin" for role in user["roles"]]
    wanted.append(("glance", SERVICE_PROJECT, ["admin", "service"]))
    for name, project, of_it in wanted:
        user = {"name": name, "password": PASSWORD, "domain_id": "default", "default_project_id": project}
        made = call(home, "POST", "/users", {"user": user}, token)[1]["user"]["id"]
        for role in of_it:
            call(home, "PUT", f"/projects/{project}/users/{made}/roles/{roles[role]}", token=token)
    # Nobody listens at Nova's: the catalogue has to lead past it.
    for name, kind, url in (("glance", "image", f"http://127.0.0.1:{ports(home)['glance']}"),
                            ("nova", "compute", "http://127.0.0.1:9/v2.1")):
        made = call(home, "POST", "/services", {"service": {"name": name, "type": kind}}, token)[1]["service"]["id"]
        for interface in ("public", "internal", "admin"):
            endpoint = {"service_id": made, "interface": interface, "url": url, "region_id": "RegionOne"}
            call(home, "POST", "/endpoints", {"endpoint": endpoint}, token)


def moment(text):
    if text is None:
        return None
    return text.replace("T", " ").rstrip("Z") + ("" if "." in text else ".000000")


def seed(home, fixture):
    database = sqlite3.connect(home / "glance.sqlite", timeout=30)
    for table in ("image_members", "image_locations", "image_tags", "image_properties", "images"):
        database.execute(f"delete from {table}")
    for image in fixture["images"]:
        is_gone = int(image["status"] in ("deleted", "pending_delete"))
        row = {column: image.get(column, USUAL.get(column)) for column in COLUMNS}
        if is_gone and row["deleted_at"] is None:
            row["deleted_at"] = image["updated_at"]
        for column in ("created_at", "updated_at", "deleted_at"):
            row[column] = moment(row[column])
        row["deleted"] = is_gone
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        database.execute(f"insert into images({names}) values({marks})", list(row.values()))
        times = (row["created_at"], row["updated_at"])
        for name, value in image.items():
            if name not in COLUMNS and name not in NEITHER:
                database.execute(
                    "insert into image_properties(image_id, name, value, created_at, updated_at, deleted_at,"
                    " deleted) values(?, ?, ?, ?, ?, ?, ?)",
                    (image["id"], name, value, *times, row["deleted_at"], is_gone))
        for tag in image.get("tags", []):
            database.execute(
                "insert into image_tags(image_id, value, created_at, updated_at, deleted)"
                " values(?, ?, ?, ?, 0)", (image["id"], tag, *times))
    for image, members in fixture.get("members", {}).items():
        for member in members:
            database.execute(
                "insert into image_members(image_id, member, can_share, status, created_at, updated_at,"
                " deleted) values(?, ?, 0, ?, '2024-01-01', '2024-01-01', 0)",
                (image, member["member_id"], member.get("status", "pending")))
    database.commit()


def tokens(home, fixture):
    names = {user["id"]: user["name"] for user in fixture["users"]}
    made = {token["id"]: sign_in(home, names[token["user"]], token["project"])
            for token in fixture["tokens"]}
    print(json.dumps(made))


def main():
    verb, home, argument = sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), sys.argv[3]
    if verb == "serve":
        return serve(home, argument)
    verbs = {"make": make, "users": users, "seed": seed, "tokens": tokens}
    return verbs[verb](home, json.loads(pathlib.Path(argument).read_text()))


if __name__ == "__main__":
    main()
