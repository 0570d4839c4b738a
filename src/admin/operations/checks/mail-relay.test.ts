import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { deliveryGuard } from '../../../config/delivery.js';
import { createMailRelayCheck } from './mail-relay.js';

test('without a mail relay, the check warns that no e-mail is sent', async () => {
  const outbox = deliveryGuard.parse({ kind: 'outbox' });
  expect(await createMailRelayCheck(outbox).run()).toMatchObject({
    verdict: 'warn',
    found: 'No mail relay is set: e-mails are written to outbox.jsonl and not sent',
  });
});

test.each<[string, string, SMTPServerOptions, boolean, object]>([
  ['accepts this server', 'right', {}, false, { verdict: 'pass', found: 'the mail relay accepts this server' }],
  [
    'accepts only ASCII',
    'right',
    { hideSMTPUTF8: true },
    false,
    { verdict: 'pass', found: expect.stringContaining('SMTPUTF8') },
  ],
  ['refuses the password', 'wrong', {}, false, { verdict: 'fail', found: expect.stringMatching(/password is wrong$/) }],
  ['has no STARTTLS', 'right', {}, true, { verdict: 'fail', found: expect.stringContaining('no STARTTLS') }],
])('the check names a relay that %s', async (_, password, options, requireTls, finding) => {
  const relay = new SMTPServer({
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onAuth: (auth, _session, callback) =>
      auth.password === 'right' ? callback(null, { user: 'mailer' }) : callback(new Error('no')),
    ...options,
  });
  relay.on('error', () => {});
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const { port } = relay.server.address() as AddressInfo;
  const url = `smtp://mailer:${password}@127.0.0.1:${port}`;
  const smtp = deliveryGuard.parse({ kind: 'smtp', url, from: 'a@example.com', requireTls });
  expect(await createMailRelayCheck(smtp).run()).toMatchObject(finding);
  await new Promise<void>((resolve) => relay.close(() => resolve()));
});
