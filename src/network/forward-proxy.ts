import { request as requestPlain } from 'node:http';
import { Agent, request as requestSecure } from 'node:https';
import { BlockList, isIP, Socket } from 'node:net';
import { isPublicAddress } from './public-address.js';

/* The company's forward proxy: `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, upper or lower case, as in curl. */

type Environment = Readonly<Record<string, string | undefined>>;

/** Parts of an address, as in `URL`. */
interface Target {
  readonly protocol: string;
  readonly hostname: string;
  readonly port: string;
}

const read = (name: string, env: Environment): string => env[name.toLowerCase()] || env[name] || '';

const toHost = (hostname: string): string =>
  hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');

/** Returns true for addresses and names that only this machine or network has. A proxy elsewhere cannot reach them. */
const isLocal = (host: string): boolean =>
  isIP(host) === 0 ? !host.includes('.') || /\.(localhost|local|internal)$/.test(host) : !isPublicAddress(host);

/** Returns true if an entry of `NO_PROXY` names the host: a name with its subdomains, an address, or a network. */
function isNamedBy(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const [, address = '', prefix = ''] = /^([\da-f:.]+)\/(\d{1,3})$/.exec(entry) ?? [];
  if (isIP(address) !== 0) {
    const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
    const network = new BlockList();
    if (Number(prefix) > (family === 'ipv4' ? 32 : 128)) return false;
    network.addSubnet(address, Number(prefix), family);
    return isIP(host) === isIP(address) && network.check(host, family);
  }
  const [, named = entry, only = ''] = isIP(entry) === 6 ? [] : (/^(.*?)(?::(\d+))?$/.exec(entry) ?? []);
  const name = toHost(named).replace(/^\*?\./, '');
  return (only === '' || only === port) && (host === name || host.endsWith(`.${name}`));
}

/**
 * Returns the proxy for an address, or `null` if the server connects directly.
 * @throws TypeError if the variable does not contain an address
 */
export function findProxy({ protocol, hostname, port }: Target, env: Environment = process.env): URL | null {
  const setting = read(protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY', env);
  const host = toHost(hostname);
  if (setting === '' || isLocal(host)) return null;
  const at = port || (protocol === 'https:' ? '443' : '80');
  const excepted = read('NO_PROXY', env)
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);
  if (excepted.some((entry) => isNamedBy(entry, host, at))) return null;
  const proxy = toProxy(setting);
  if (proxy === null) throw new TypeError('the forward proxy has no http address');
  return proxy;
}

function toProxy(setting: string): URL | null {
  const address = setting.includes('://') ? setting : `http://${setting}`;
  return /^https?:/i.test(address) && URL.canParse(address) ? new URL(address) : null;
}

/** Lists the forward proxies of the environment. `address` has no password, and is `null` if it is not valid. */
export const listProxies = (env: Environment = process.env): readonly { name: string; address: string | null }[] =>
  ['HTTPS_PROXY', 'HTTP_PROXY'].flatMap((name) => {
    const setting = read(name, env);
    return setting === '' ? [] : [{ name, address: toProxy(setting)?.origin ?? null }];
  });

export const toError = (error: unknown): Error => (error instanceof Error ? error : new Error('no connection'));

const tunnelMs = 5_000;

/** Opens a connection through a proxy (RFC 9110, section 9.3.6). */
export function openTunnel(proxy: URL, host: string, port: number): Promise<Socket> {
  const isSecure = proxy.protocol === 'https:';
  const authority = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  const user = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  const headers: Record<string, string> = { Host: authority };
  if (user !== ':') headers['Proxy-Authorization'] = `Basic ${Buffer.from(user).toString('base64')}`;
  return new Promise((resolve, reject) => {
    const asked = (isSecure ? requestSecure : requestPlain)({
      host: toHost(proxy.hostname),
      port: proxy.port || (isSecure ? 443 : 80),
      method: 'CONNECT',
      path: authority,
      headers,
      agent: false,
      signal: AbortSignal.timeout(tunnelMs),
    });
    asked.once('connect', ({ statusCode = 0 }, socket, head) => {
      if (statusCode >= 200 && statusCode < 300 && socket instanceof Socket && head.length === 0)
        return resolve(socket);
      socket.destroy();
      reject(new Error(`the forward proxy answered with status ${statusCode}`));
    });
    // The answer of a server that does not know CONNECT.
    asked.once('response', ({ statusCode = 0 }) => {
      asked.destroy();
      reject(new Error(`the forward proxy answered with status ${statusCode}`));
    });
    asked.once('error', reject);
    asked.end();
  });
}

/** Agent of Node.js that uses the forward proxy for TLS connections. */
export class TunnelAgent extends Agent {
  override createConnection(...[options, callback]: Parameters<Agent['createConnection']>) {
    const hostname = options.host ?? '';
    const proxy = findProxy({ protocol: 'https:', hostname, port: String(options.port ?? '') });
    if (proxy === null) return super.createConnection(options, callback);
    openTunnel(proxy, hostname, Number(options.port ?? 443)).then(
      (socket) => {
        const secured = { ...options, socket };
        callback?.(null, super.createConnection(secured) ?? socket);
      },
      (error: unknown) => callback?.(toError(error), new Socket().destroy()),
    );
    return null;
  }
}

/** Returns the options of a client of the AWS SDK: one retry, time limits, and an agent that uses the proxy. */
export function toAwsOptions(
  { region, endpoint }: { readonly region: string | null; readonly endpoint: string | null },
  connectionTimeout: number,
  requestTimeout: number,
) {
  const place: { region?: string; endpoint?: string } = {};
  if (region !== null) place.region = region;
  if (endpoint !== null) place.endpoint = endpoint;
  return {
    ...place,
    maxAttempts: 2,
    retryMode: 'standard',
    requestHandler: {
      connectionTimeout,
      requestTimeout,
      // By default, the SDK would only warn.
      throwOnRequestTimeout: true,
      httpsAgent: new TunnelAgent({ keepAlive: true, maxSockets: 50 }),
    },
  };
}
