import { expect, test } from '@jest/globals';
import { deliveryGuard } from '../../../config/delivery.js';
import { createMailRelayCheck } from './mail-relay.js';

test('without a mail relay, the check warns that no e-mail is sent', async () => {
  const outbox = deliveryGuard.parse({ kind: 'outbox' });
  expect(await createMailRelayCheck(outbox).run()).toMatchObject({
    verdict: 'warn',
    found: 'No mail relay is set: e-mails are written to outbox.jsonl and not sent',
  });
  const smtp = deliveryGuard.parse({ kind: 'smtp', url: 'smtps://mail.example.com', from: 'a@example.com' });
  expect(await createMailRelayCheck(smtp).run()).toMatchObject({ verdict: 'pass' });
});
