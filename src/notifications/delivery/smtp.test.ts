import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { runDeliveryContract } from '../../../test/contract/delivery.js';
import { createManualClock } from '../../../test/contract/state.js';
import { html } from '../../core/base/html.js';
import { faultOf } from '../../core/ports/delivery.js';
import type { Message } from '../../core/ports.js';
import { Credential } from '../../core/secrets.js';
import { createOutbox } from './open.js';
import { createSmtpDelivery } from './smtp.js';

/** A relay on a real socket. */
async function startRelay(options: SMTPServerOptions = {}) {
  const received: Message[] = [];
  let isDown = false;
  const relay = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: (_address, _session, callback) => callback(isDown ? new Error('550 no such user') : null),
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        for (const { address } of session.envelope.rcptTo) received.push(parseMail(address, Buffer.concat(chunks)));
        callback();
      });
    },
    ...options,
  });
  relay.on('error', () => {});
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const { port } = relay.server.address() as AddressInfo;
  return {
    port,
    received,
    setDown: () => {
      isDown = true;
    },
    close: () => new Promise<void>((resolve) => relay.close(() => resolve())),
  };
}

function parseMail(to: string, mail: Buffer): Message {
  const [head = '', ...rest] = mail.toString('latin1').split('\r\n\r\n');
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'mi').exec(head)?.[1] ?? '';
  const raw = rest.join('\r\n\r\n').replace(/\r\n$/, '');
  const encoding = field('Content-Transfer-Encoding').toLowerCase();
  const bytes =
    encoding === 'base64'
      ? Buffer.from(raw, 'base64')
      : Buffer.from(
          encoding === 'quoted-printable'
            ? raw
                .replaceAll('=\r\n', '')
                .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
            : raw,
          'latin1',
        );
  return { channel: 'email', to, subject: field('Subject'), text: bytes.toString() };
}

const nowhere = createOutbox({ sink: () => Promise.reject(new Error('closed')), clock: createManualClock() });
const connectTo = (url: string, requireTls: boolean) =>
  createSmtpDelivery({ url: new Credential(url), from: 'facestep@example.test', requireTls, others: nowhere });
const message: Message = { channel: 'email', to: 'ada@example.test', subject: 'Your code', text: '123456' };
const failure = { name: 'FaceError', code: 'delivery_failed' };

runDeliveryContract('smtp', ['email'], async () => {
  const relay = await startRelay();
  return {
    delivery: connectTo(`smtp://127.0.0.1:${relay.port}`, false),
    arrived: async () => relay.received,
    breakDown: async () => relay.setDown(),
    close: relay.close,
  };
});

test('a relay without encryption is refused if encryption is required', async () => {
  const relay = await startRelay();
  const cause = expect.stringContaining('no STARTTLS');
  const refused = connectTo(`smtp://127.0.0.1:${relay.port}`, true).send(message);
  await expect(refused).rejects.toMatchObject({ ...failure, detail: { fault: 'unreachable', cause } });
  expect(relay.received).toEqual([]);
  await relay.close();
});

test('a relay with an untrusted certificate is refused', async () => {
  const relay = await startRelay({ disabledCommands: [] });
  const cause = expect.stringContaining('certificate');
  const refused = connectTo(`smtp://127.0.0.1:${relay.port}`, true).send(message);
  await expect(refused).rejects.toMatchObject({ ...failure, detail: { cause } });
  expect(relay.received).toEqual([]);
  await relay.close();
});

test('the relay receives user and password, and a wrong password is delivery_failed', async () => {
  const relay = await startRelay({
    authOptional: false,
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, callback) =>
      username === 'mailer' && password === 'right' ? callback(null, { user: 'mailer' }) : callback(new Error('no')),
  });
  await connectTo(`smtp://mailer:right@127.0.0.1:${relay.port}`, false).send(message);
  expect(relay.received).toHaveLength(1);
  const wrong = connectTo(`smtp://mailer:wrong@127.0.0.1:${relay.port}`, false).send(message);
  const cause = 'the user name or password is wrong';
  await expect(wrong).rejects.toMatchObject({ ...failure, detail: { cause } });
  await relay.close();
});

test('a message with HTML is sent as multipart/alternative: plain text first, then HTML', async () => {
  const mails: string[] = [];
  const relay = await startRelay({
    onData(stream, _session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        mails.push(Buffer.concat(chunks).toString());
        callback();
      });
    },
  });
  const name = '<b>Ada</b>';
  await connectTo(`smtp://127.0.0.1:${relay.port}`, false).send({ ...message, html: html`<p>Dear ${name}</p>` });
  expect(mails).toHaveLength(1);
  expect(mails[0]).toMatch(/^Auto-Submitted: auto-generated\r$/m);
  expect(mails[0]).toMatch(/^Content-Type: multipart\/alternative;/m);
  const [, text, marked] = mails[0]!.split(/^----.*$/m);
  expect(text).toMatch(/Content-Type: text\/plain[\s\S]*\r\n\r\n123456/);
  expect(marked).toMatch(/Content-Type: text\/html[\s\S]*\r\n\r\n<p>Dear &lt;b&gt;Ada&lt;\/b&gt;<\/p>/);
  await relay.close();
});

describe('the fault of a failed message is reported for', () => {
  const faultWith = async (options: SMTPServerOptions): Promise<unknown> => {
    const relay = await startRelay(options);
    try {
      return await connectTo(`smtp://127.0.0.1:${relay.port}`, false)
        .send(message)
        .then(() => 'sent', faultOf);
    } finally {
      await relay.close();
    }
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
      const relay = await startRelay({ hideSMTPUTF8: hidden, onRcptTo: refuse(553) });
      const fault = await connectTo(`smtp://127.0.0.1:${relay.port}`, false)
        .send(to)
        .then(() => 'sent', faultOf);
      await relay.close();
      return fault;
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
