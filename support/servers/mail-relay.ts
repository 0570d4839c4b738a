import type { AddressInfo, Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { endAfterwards } from '../run/for-file.js';

export interface TakenLetter {
  readonly to: string;
  readonly raw: string;
}

/**
 * Starts a mail relay. Addresses `gone…` get reply 550, `full…` 452, `cut…` none; others are accepted.
 * @param options - other answers
 */
export async function startMailRelay(options: SMTPServerOptions = {}) {
  const taken: TakenLetter[] = [];
  const tried: string[] = [];
  let isDown = false;
  let onLetter: (to: string) => void = () => {};
  const answer = (responseCode: number): Error => Object.assign(new Error('no'), { responseCode });
  const relay = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    disabledCommands: ['STARTTLS'],
    onMailFrom: (_address, _session, callback) => callback(isDown ? answer(421) : null),
    onRcptTo({ address }, _session, callback) {
      tried.push(address);
      if (address.startsWith('gone')) callback(answer(550));
      else if (address.startsWith('full')) callback(answer(452));
      else callback();
    },
    onData(stream, session, callback) {
      const to = session.envelope.rcptTo[0]?.address ?? '';
      const pieces: Buffer[] = [];
      stream.on('data', (piece: Buffer) => pieces.push(piece));
      stream.on('end', () => {
        const raw = Buffer.concat(pieces).toString();
        for (const { address } of session.envelope.rcptTo) taken.push({ to: address, raw });
        onLetter(to);
        // The e-mail is accepted, but the connection ends before the reply.
        if (to.startsWith('cut')) sockets.get(session.remotePort)?.destroy();
        else callback();
      });
    },
    ...options,
  });
  const sockets = new Map<number, Socket>();
  relay.server.on('connection', (socket) => {
    const { remotePort = 0 } = socket;
    sockets.set(remotePort, socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(remotePort));
  });
  relay.on('error', () => {});
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const { port } = relay.server.address() as AddressInfo;
  return {
    taken,
    tried,
    url: `smtp://127.0.0.1:${port}`,
    setDown(down: boolean) {
      isDown = down;
    },
    watch(listener: (to: string) => void) {
      onLetter = listener;
    },
    close: endAfterwards(() => new Promise<void>((resolve) => relay.close(() => resolve()))),
  };
}

export function readPart({ raw }: TakenLetter, type: 'plain' | 'html'): string {
  const part = raw.split(/^----[^\r\n]*$/m).find((each) => each.includes(`Content-Type: text/${type}`)) ?? '';
  const [head = '', ...rest] = part.split('\r\n\r\n');
  const body = rest.join('\r\n\r\n');
  if (/base64/i.test(head)) return Buffer.from(body, 'base64').toString();
  if (!/quoted-printable/i.test(head)) return body;
  const bytes = body
    .replaceAll('=\r\n', '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
