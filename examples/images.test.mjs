// Tests against a server of their own: node --test examples/images.test.mjs
import assert from 'node:assert';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import test from 'node:test';

test('lists images', async (t) => {
  const server = spawn('nova-images', ['serve', '--listen', '127.0.0.1:0']);
  t.after(() => server.kill());
  const [line] = await once(createInterface(server.stdout), 'line'); // printed once it answers
  const url = line.split(' ').pop();
  const answer = await fetch(`${url}/v2.1/openstack/images?limit=1`);
  assert.equal((await answer.json()).images[0].name, 'fakeimage123456');
});
