import { z } from 'zod';
import type { ConnectionAdditions } from '../../src/config/additions.js';
import { createConnectionFields } from '../../src/config/connection.js';
import { credentialGuard } from '../../src/config/credential.js';
import { isLoopback } from '../../src/config/safe-url.js';

/** An address of host and port. User, path and query, which a search could have (RFC 4516), have no meaning here. */
const serverGuard = z
  .string()
  .max(512)
  .regex(
    /^ldaps?:\/\/(?:[A-Za-z0-9.-]+|\[[\da-f:]+\])(?::\d{1,5})?\/?$/i,
    'expected ldaps:// or ldap://, a host and, optionally, a port',
  )
  .refine((text) => URL.canParse(text), 'expected a host and a port that exist');

const dnGuard = z
  .string()
  .max(1024)
  .regex(/^[A-Za-z0-9.-]+=[^\p{Cc}]+$/u, 'expected a distinguished name, such as dc=example,dc=com');

// Options such as ";binary" are left out, because a token is text (RFC 4512, section 2.5).
const attributeGuard = z
  .string()
  .max(128)
  .regex(/^[A-Za-z][A-Za-z0-9-]*$/, 'expected the name of an attribute');

const filterGuard = z
  .string()
  .max(2048)
  .regex(/^\(.*\)$/s, 'expected a filter in parentheses (RFC 4515)');

/** Returns true if the password cannot leave this machine unencrypted. */
const isEncrypted = (url: string, startTls: boolean): boolean =>
  startTls || /^ldaps:/i.test(url) || isLoopback(new URL(url).hostname);

const ldapGuard = z
  .strictObject({
    directory: z
      .enum(['active_directory', 'openldap'])
      .describe(
        'Kind of the directory. It decides the attribute of user ids (`objectGUID`, `entryUUID`), and how groups and disabled users are found.',
      ),
    urls: z
      .array(serverGuard)
      .min(1)
      .max(5)
      .describe(
        'Addresses of servers of the same directory that accept changes. A later one is used while the former do not answer.',
      ),
    startTls: z
      .boolean()
      .default(false)
      .describe('Encrypts connections to `ldap://` addresses before anything is sent (StartTLS).'),
    ca: z
      .string()
      .max(65_536)
      .regex(/-----BEGIN CERTIFICATE-----/, 'expected certificates in PEM form')
      .nullable()
      .default(null)
      .describe('Certificates in PEM form. If set, only servers with a certificate of theirs are trusted.'),
    bindDn: z
      .string()
      .min(1)
      .max(1024)
      .describe('Distinguished name of the service account. In Active Directory, also its user principal name.'),
    password: credentialGuard.describe('Secret. Password of the service account.'),
    baseDn: dnGuard.describe('Distinguished name below which users and groups are searched.'),
    attribute: attributeGuard.prefault('facestepToken').describe('Attribute that holds the enrolment token.'),
    objectClass: attributeGuard
      .nullable()
      .default(null)
      .describe('Auxiliary class that allows the attribute. Added to a user at enrolment, if the user lacks it.'),
    loginAttribute: attributeGuard
      .nullable()
      .default(null)
      .describe('Attribute that holds the login. By default `userPrincipalName` in Active Directory, otherwise `uid`.'),
    userFilter: filterGuard
      .nullable()
      .default(null)
      .describe(
        'Filter of the entries that are users. By default `(&(objectCategory=person)(objectClass=user))` in Active Directory, otherwise `(objectClass=inetOrgPerson)`.',
      ),
  })
  .superRefine(({ urls, startTls }, { addIssue }) => {
    for (const [index, url] of urls.entries()) {
      if (isEncrypted(url, startTls)) continue;
      addIssue({ code: 'custom', path: ['urls', index], message: 'expected ldaps://, or startTls' });
    }
  });

export const createLdapConnectionGuard = (added: ConnectionAdditions) =>
  z.strictObject({
    ...createConnectionFields(added),
    kind: z.literal('ldap'),
    ldap: ldapGuard.describe('Settings of the directory.'),
  });

export type LdapConnection = z.output<ReturnType<typeof createLdapConnectionGuard>>;

export type LdapSettings = LdapConnection['ldap'];
