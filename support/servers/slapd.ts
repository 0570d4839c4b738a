import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Attribute, Change, Client } from 'ldapts';
import { definitionsOf } from '../../adapters/ldap/provision.js';
import { findFreePort } from '../../examples/demo/free-port.js';
import { createSelfSigned } from '../../simulators/tls-server.js';
import { retryUntilDone, sleep } from '../../src/core/resilience.js';

/** Path of the system's OpenLDAP server, which `npm test` installs if possible. */
const executablePath = process.env.SLAPD_PATH ?? '/usr/sbin/slapd';

export const hasSlapd = existsSync(executablePath);

if (!hasSlapd)
  process.stderr.write(`SKIPPING tests on OpenLDAP: none at ${executablePath} (install slapd, or set SLAPD_PATH)\n`);

export const baseDn = 'dc=example,dc=com';
export const serviceDn = `cn=facestep,${baseDn}`;
export const servicePassword = 'a-password-of-the-service-account';
export const people = `ou=people,${baseDn}`;
export const groups = `ou=groups,${baseDn}`;
export const names = { attribute: 'facestepToken', objectClass: 'facestepPerson' };

const adminDn = `cn=admin,${baseDn}`;
const adminPassword = 'a-password-of-the-administrator';

/** Rights that the documentation recommends. */
const usualAccess = [
  `to attrs=${names.attribute} by dn.exact="${serviceDn}" write by * none`,
  `to attrs=objectClass val.exact=${names.objectClass} by dn.exact="${serviceDn}" write by * read`,
  'to attrs=userPassword by anonymous auth by * none',
  `to * by dn.exact="${serviceDn}" read by * none`,
];

const usualLines = [`limits dn.exact="${serviceDn}" size.prtotal=unlimited`];

const { attributeType, objectClass } = definitionsOf(names);

export interface SlapdOptions {
  readonly attributeType?: string;
  readonly access?: readonly string[];
  /** Server whose changes this one takes over a second later, and to which it refers for changes. */
  readonly replicaOf?: { readonly url: string };
  /** Further lines of the database. */
  readonly lines?: readonly string[];
}

const toReplica = ({ url }: { readonly url: string }): readonly string[] => [
  `syncrepl rid=001 provider=${url} type=refreshOnly interval=00:00:00:01 retry="1 +" searchbase="${baseDn}" bindmethod=simple binddn="${adminDn}" credentials=${adminPassword}`,
  `updateref ${url}`,
];

export type Slapd = Awaited<ReturnType<typeof startSlapd>>;

/** Starts an OpenLDAP server with an empty directory: its base, a place for people and one for groups. */
export async function startSlapd(options: SlapdOptions = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'facestep-slapd-'));
  await mkdir(join(folder, 'data'));
  const { cert, key } = await createSelfSigned('rsa');
  writeFileSync(join(folder, 'cert.pem'), cert);
  writeFileSync(join(folder, 'key.pem'), key);
  const writeConfig = ({
    replicaOf,
    lines = usualLines,
    access = usualAccess,
    attributeType: defined = attributeType,
  }: SlapdOptions): void =>
    writeFileSync(
      join(folder, 'slapd.conf'),
      [
        ...['core', 'cosine', 'inetorgperson'].map((name) => `include /etc/ldap/schema/${name}.schema`),
        `attributetype ${defined}`,
        `objectclass ${objectClass}`,
        `pidfile ${folder}/pid`,
        `TLSCertificateFile ${folder}/cert.pem`,
        `TLSCertificateKeyFile ${folder}/key.pem`,
        'modulepath /usr/lib/ldap',
        'moduleload back_mdb',
        'moduleload syncprov',
        'conn_max_pending_auth 20000',
        'database mdb',
        'maxsize 268435456',
        `suffix "${baseDn}"`,
        `rootdn "${adminDn}"`,
        `rootpw ${adminPassword}`,
        `directory ${folder}/data`,
        'dbnosync',
        ...lines,
        'index entryUUID,uid,objectClass,member eq',
        'index cn,sn,givenName,displayName,mail eq,sub',
        ...access.map((each) => `access ${each}`),
        ...(replicaOf === undefined ? ['overlay syncprov'] : toReplica(replicaOf)),
        '',
      ].join('\n'),
    );
  writeConfig(options);
  const url = `ldap://127.0.0.1:${await findFreePort()}`;
  const secureUrl = `ldaps://127.0.0.1:${await findFreePort()}`;
  const log: string[] = [];
  const launch = async (): Promise<ChildProcess> => {
    const child = spawn(executablePath, ['-f', join(folder, 'slapd.conf'), '-h', `${url} ${secureUrl}`, '-d', '256'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const end = (): void => void child.kill('SIGKILL');
    process.once('exit', end);
    child.once('exit', () => process.off('exit', end));
    await new Promise<void>((resolve, reject) => {
      child.stderr.on('data', (chunk: Buffer) => {
        log.push(chunk.toString());
        if (log.join('').includes('slapd starting')) resolve();
      });
      child.once('exit', () => reject(new Error(`OpenLDAP did not start:\n${log.join('')}`)));
    });
    // It listens a moment later.
    const knock = async (): Promise<void> => {
      const client = new Client({ url });
      await client.bind('', '');
      await client.unbind();
    };
    await retryUntilDone(knock, () => {}, { backOff: { firstMs: 5, longestMs: 200 } });
    return child;
  };
  const end = async (child: ChildProcess): Promise<void> => {
    await administrator?.unbind();
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  let running = await launch();
  let administrator: Client | undefined;
  const administer = async <Result>(work: (client: Client) => Promise<Result>): Promise<Result> => {
    if (administrator?.isConnected !== true) {
      administrator = new Client({ url });
      await administrator.bind(adminDn, adminPassword);
    }
    return work(administrator);
  };
  const idOf = async (client: Client, dn: string): Promise<string> => {
    const { searchEntries } = await client.search(dn, { scope: 'base', attributes: ['entryUUID'] });
    return String(searchEntries[0]?.entryUUID);
  };
  const addEntry = (dn: string, attributes: Readonly<Record<string, string | string[]>>): Promise<string> =>
    administer(async (client) => {
      await client.add(dn, attributes);
      return idOf(client, dn);
    });
  const addBase = (): Promise<void> =>
    administer(async (client) => {
      await client.add(baseDn, { objectClass: ['dcObject', 'organization'], dc: 'example', o: 'Example' });
      for (const ou of ['people', 'groups'])
        await client.add(`ou=${ou},${baseDn}`, { objectClass: ['organizationalUnit'], ou });
      await client.add(serviceDn, {
        objectClass: ['organizationalRole', 'simpleSecurityObject'],
        cn: 'facestep',
        userPassword: servicePassword,
      });
    });
  if (options.replicaOf === undefined) await addBase();
  let added = 0;
  let taken = 0;
  return {
    url,
    secureUrl,
    cert,
    folder,
    settings: {
      directory: 'openldap',
      urls: [url],
      bindDn: serviceDn,
      password: servicePassword,
      baseDn,
      ...names,
    },
    administer,
    addEntry,
    /** Adds a user whose distinguished name has nothing of the login. @returns the id */
    addUser: (login: string, attributes: Readonly<Record<string, string | string[]>> = {}): Promise<string> =>
      addEntry(`cn=user ${++added},${people}`, {
        objectClass: ['inetOrgPerson'],
        cn: `user ${added}`,
        sn: 'Person',
        uid: login,
        mail: login,
        ...attributes,
      }),
    addGroup: (cn: string, members: readonly string[]): Promise<string> =>
      addEntry(`ou=group ${++added},${groups}`, {
        objectClass: ['groupOfNames'],
        ou: `group ${added}`,
        cn,
        member: members.length === 0 ? [groups] : [...members],
      }),
    /** Returns the distinguished name of an id. */
    findDn: (id: string): Promise<string> =>
      administer(async (client) => {
        const { searchEntries } = await client.search(baseDn, { filter: `(entryUUID=${id})`, attributes: ['1.1'] });
        return searchEntries[0]?.dn ?? '';
      }),
    change: (dn: string, values: Readonly<Record<string, string | Buffer | readonly string[] | null>>): Promise<void> =>
      administer(async (client) => {
        for (const [type, value] of Object.entries(values)) {
          const all = value === null ? [] : [value].flat();
          const modification = Buffer.isBuffer(value)
            ? new Attribute({ type, values: [value] })
            : new Attribute({ type, values: all.map(String) });
          await client.modify(dn, new Change({ operation: 'replace', modification }));
        }
      }),
    read: (dn: string, attribute: string): Promise<string | null> =>
      administer(async (client) => {
        const { searchEntries } = await client.search(dn, { scope: 'base', attributes: [attribute] });
        const value = searchEntries[0]?.[attribute];
        return typeof value === 'string' ? value : null;
      }),
    /** Returns what the server logged since the last call. The log is complete when it has a search of this function. */
    async takeLog(): Promise<readonly string[]> {
      const mark = `(cn=end of part ${++taken})`;
      await administer((client) => client.search(baseDn, { scope: 'base', filter: mark }));
      while (!log.join('').includes(mark)) await sleep(5);
      return log
        .splice(0)
        .join('')
        .split('\n')
        .filter((line) => !line.includes('end of part'));
    },
    async restart(changed: SlapdOptions = options) {
      await end(running);
      writeConfig(changed);
      log.length = 0;
      running = await launch();
    },
    stop: () => end(running),
    async close() {
      await end(running);
      await rm(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

/** Adds many entries at once, which is faster than by the protocol. The server must not run. */
export function loadEntries(folder: string, ldif: string): void {
  const file = join(folder, 'entries.ldif');
  writeFileSync(file, ldif);
  const { status, stderr } = spawnSync('/usr/sbin/slapadd', ['-f', join(folder, 'slapd.conf'), '-l', file]);
  if (status !== 0) throw new Error(`slapadd failed:\n${stderr}`);
}
