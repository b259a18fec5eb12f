"""What every release of waldur-api-client has to do, once it has listed everything."""

import sys

from waldur_api_client import AuthenticatedClient
from waldur_api_client.api.openstack_images import (
    openstack_images_count,
    openstack_images_list,
    openstack_images_retrieve,
    openstack_images_usage_stats_count,
)

waldur = AuthenticatedClient(base_url=sys.argv[1], token="admin-token")


def check(seen):
    """Looks closer at the first of all images, and answers it; how many names are in use, too."""
    total = openstack_images_count.sync(client=waldur)
    assert total > 10, total
    assert len(seen) == total == len({image.uuid for image in seen})
    assert [image.name for image in seen] == sorted(image.name for image in seen)

    first = openstack_images_retrieve.sync(uuid=seen[0].uuid, client=waldur)
    assert first.name == seen[0].name and first.backend_id == seen[0].backend_id
    assert first.min_disk % 1024 == 0

    named = openstack_images_list.sync(client=waldur, name_exact=first.name)
    assert all(image.name == first.name for image in named)

    names = openstack_images_usage_stats_count.sync(client=waldur)
    usage = waldur.get_httpx_client().get("/api/openstack-images/usage_stats/")
    assert usage.status_code == 200 and int(usage.headers["X-Result-Count"]) == names
    return first, names
