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

// One server for the tests below, and in it a space for each: they may run side by side.
const command = spawn('nova-images', ['serve', '--listen', '127.0.0.1:0']);
test.after(() => command.kill());
const [first] = await once(createInterface(command.stdout), 'line');
const server = first.split(' ').pop();

async function control(url, method, path, body) {
  const headers = { 'Content-Type': 'application/json' };
  const answer = await fetch(`${url}/_control${path}`, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  assert.ok(answer.ok, text);
  return text && JSON.parse(text);
}

async function cloud(t, name) {
  const space = await control(server, 'POST', '/spaces', { name, fixture: 'devcloud' });
  t.after(() => control(server, 'DELETE', `/spaces/${name}`));
  return space.url;
}

// What is tested here: a client that asks once more when Nova is busy.
async function images(url) {
  let answer = await fetch(`${url}/v2.1/images/detail`);
  if (answer.status === 503) answer = await fetch(`${url}/v2.1/images/detail`);
  assert.ok(answer.ok, `${answer.status}`);
  return (await answer.json()).images;
}

test('asks once more', async (t) => {
  const url = await cloud(t, 'asks-once-more');
  await control(url, 'POST', '/faults', { operation: 'nova.images.detail', status: 503, count: 1 });
  assert.ok((await images(url)).length > 0);
  const matching = { operation: 'nova.images.detail' };
  await control(url, 'POST', '/requests/verify', { exactly: 2, matching });
});

test('gives up', async (t) => {
  const url = await cloud(t, 'gives-up');
  await control(url, 'POST', '/faults', { operation: 'nova.images.detail', status: 503 });
  await assert.rejects(images(url), /503/);
  await control(url, 'POST', '/requests/verify', { exactly: 2, matching: { status: 503 } });
});
