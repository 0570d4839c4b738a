import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import type { SMTPServerOptions } from 'smtp-server';
import { readPart, startMailRelay } from '../../../support/servers/mail-relay.js';
import { runDeliveryContract } from '../../../test/contract/delivery.js';
import { createManualClock } from '../../../test/contract/state.js';
import { html } from '../../core/base/html.js';
import { faultOf } from '../../core/ports/delivery.js';
import type { Message } from '../../core/ports.js';
import { Credential } from '../../core/secrets.js';
import { createOutbox } from './open.js';
import { createSmtpDelivery } from './smtp.js';

const nowhere = createOutbox({ sink: () => Promise.reject(new Error('closed')), clock: createManualClock() });
const connectTo = (url: string, requireTls: boolean) =>
  createSmtpDelivery({ url: new Credential(url), from: 'facestep@example.test', requireTls, others: nowhere });
const message: Message = { channel: 'email', to: 'ada@example.test', subject: 'Your code', text: '123456' };
const failure = { name: 'FaceError', code: 'delivery_failed' };

runDeliveryContract('smtp', ['email'], async () => {
  let isDown = false;
  const relay = await startMailRelay({
    onRcptTo: (_address, _session, callback) => callback(isDown ? new Error('550 no such user') : null),
  });
  return {
    delivery: connectTo(relay.url, false),
    arrived: async () =>
      relay.taken.map((letter) => ({
        channel: 'email',
        to: letter.to,
        subject: /^Subject: (.*)$/im.exec(letter.raw)?.[1] ?? '',
        text: readPart(letter, 'plain').replace(/\r\n$/, ''),
      })),
    breakDown: async () => {
      isDown = true;
    },
    close: relay.close,
  };
});

test('a relay without encryption is refused if encryption is required', async () => {
  const relay = await startMailRelay();
  const cause = expect.stringContaining('no STARTTLS');
  const refused = connectTo(relay.url, true).send(message);
  await expect(refused).rejects.toMatchObject({ ...failure, detail: { fault: 'unreachable', cause } });
  expect(relay.taken).toEqual([]);
});

test('a relay with an untrusted certificate is refused', async () => {
  const relay = await startMailRelay({ disabledCommands: [] });
  const cause = expect.stringContaining('certificate');
  const refused = connectTo(relay.url, true).send(message);
  await expect(refused).rejects.toMatchObject({ ...failure, detail: { cause } });
  expect(relay.taken).toEqual([]);
});

test('the relay receives user and password, and a wrong password is delivery_failed', async () => {
  const relay = await startMailRelay({
    authOptional: false,
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, callback) =>
      username === 'mailer' && password === 'right' ? callback(null, { user: 'mailer' }) : callback(new Error('no')),
  });
  await connectTo(relay.url.replace('//', '//mailer:right@'), false).send(message);
  expect(relay.taken).toHaveLength(1);
  const wrong = connectTo(relay.url.replace('//', '//mailer:wrong@'), false).send(message);
  const cause = 'the user name or password is wrong';
  await expect(wrong).rejects.toMatchObject({ ...failure, detail: { cause } });
});

test('a message with HTML is sent as multipart/alternative: plain text first, then HTML', async () => {
  const relay = await startMailRelay();
  const name = '<b>Ada</b>';
  await connectTo(relay.url, false).send({ ...message, html: html`<p>Dear ${name}</p>` });
  expect(relay.taken).toHaveLength(1);
  const [{ raw } = { raw: '' }] = relay.taken;
  expect(raw).toMatch(/^Auto-Submitted: auto-generated\r$/m);
  expect(raw).toMatch(/^Content-Type: multipart\/alternative;/m);
  const [, text, marked] = raw.split(/^----.*$/m);
  expect(text).toMatch(/Content-Type: text\/plain[\s\S]*\r\n\r\n123456/);
  expect(marked).toMatch(/Content-Type: text\/html[\s\S]*\r\n\r\n<p>Dear &lt;b&gt;Ada&lt;\/b&gt;<\/p>/);
});

describe('the fault of a failed message is reported for', () => {
  const faultWith = async (options: SMTPServerOptions): Promise<unknown> => {
    const relay = await startMailRelay(options);
    return connectTo(relay.url, false)
      .send(message)
      .then(() => 'sent', faultOf);
  };
  const answer = (responseCode: number) => Object.assign(new Error('no'), { responseCode });

  const refuse = (code: number) => (_address: unknown, _session: unknown, callback: (error: Error) => void) =>
    callback(answer(code));

  test.each<[string, SMTPServerOptions, object]>([
    ['a mailbox that does not exist: refused', { onRcptTo: refuse(550) }, { fault: 'refused', status: 550 }],
    ['a full mailbox: later', { onRcptTo: refuse(452) }, { fault: 'later', status: 452 }],
    ['a rejected sender: unreachable', { onMailFrom: refuse(550) }, { fault: 'unreachable', status: 550 }],
  ])('%s', async (_, options, fault) => {
    expect(await faultWith(options)).toEqual({ ...fault, cause: null });
  });

  test('an address beyond ASCII at a relay without SMTPUTF8: it is named', async () => {
    const to = { ...message, to: 'zoë@example.test' };
    const faultAt = async (hidden: boolean): Promise<unknown> => {
      const relay = await startMailRelay({ hideSMTPUTF8: hidden, onRcptTo: refuse(553) });
      return connectTo(relay.url, false)
        .send(to)
        .then(() => 'sent', faultOf);
    };
    const cause = expect.stringContaining('SMTPUTF8');
    expect(await faultAt(true)).toEqual({ fault: 'refused', status: 553, cause });
    expect(await faultAt(false)).toEqual({ fault: 'refused', status: 553, cause: null });
  });

  /** Hangs up on the first line that begins so. */
  const faultOfHangUp = async (at: string): Promise<unknown> => {
    const relay = createServer((socket) => {
      socket.on('error', () => {});
      socket.write('220 ready\r\n');
      socket.on('data', (chunk: Buffer) => {
        for (const line of chunk.toString().trim().split('\r\n')) {
          if (line.startsWith(at)) return void socket.destroy();
          if (/^(EHLO|MAIL|RCPT)/.test(line)) socket.write('250 ok\r\n');
          if (line === 'DATA') socket.write('354 go on\r\n');
        }
      });
    });
    await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
    const { port } = relay.address() as AddressInfo;
    try {
      return await connectTo(`smtp://127.0.0.1:${port}`, false)
        .send(message)
        .then(() => 'sent', faultOf);
    } finally {
      await new Promise((resolve) => relay.close(resolve));
    }
  };

  test('a connection closed before the relay receives the message: unreachable', async () => {
    expect(await faultOfHangUp('RCPT')).toMatchObject({ fault: 'unreachable', status: null });
  });

  test('a connection closed after the relay received the message: uncertain', async () => {
    expect(await faultOfHangUp('.')).toMatchObject({ fault: 'uncertain', status: null });
  });
});
