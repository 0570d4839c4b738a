import { randomBytes } from 'node:crypto';
import { defineAttribute } from '../../../simulators/scim/directory.js';
import { startScimSimulator } from '../../../simulators/scim/index.js';
import { startSeveralSources } from '../../several-sources/server.js';
import { startSignInPage } from '../sign-in-page.js';
import { type Portal, toClient } from './portal.js';

const clientId = 'lender';
const source = 'payroll';
const payrollSchema = 'urn:example:scim:payroll:User';

export const linksPortal: Portal = {
  id: 'links',
  port: 8093,
  async start({ port, serverUrl, issuer, clientSecret, user }) {
    const payroll = await startScimSimulator();
    payroll.directory.extensions
      .set('urn:ietf:params:scim:schemas:extension:facestep:2.0:User', [defineAttribute('token')])
      .set(payrollSchema, [defineAttribute('annualIncome')]);
    const employee = payroll.directory.users.get(payroll.addUser(user.login));
    employee?.extensions.set(payrollSchema, new Map([['annualIncome', 'SGD 54,000']]));

    const sourceIssuer = `${serverUrl}/oidc/${source}`;
    const signInSecret = randomBytes(32).toString('base64url');
    const signIn = await startSignInPage({
      port: 0,
      issuer: sourceIssuer,
      clientId: 'payslips',
      clientSecret: signInSecret,
      name: 'Example Payroll',
      users: new Map([[user.login, user.password]]),
    });
    const bank = await startSeveralSources({
      port,
      issuer,
      sources: { [source]: sourceIssuer },
      clientId,
      clientSecret,
      hint: {
        text: 'If you are not enrolled at your payroll yet, sign in there first, with the same password:',
        url: signIn.url,
      },
    });
    return {
      url: bank.url,
      clients: [
        toClient(clientId, clientSecret, bank, {
          name: 'City Bank',
          claims: {
            name: { purpose: { en: 'Your name is printed on the contract' } },
            annual_income: {
              from: source,
              label: { en: 'Income of a year' },
              purpose: { en: 'To see how much we can lend you' },
            },
          },
        }),
      ],
      connections: [
        {
          id: source,
          kind: 'scim',
          claims: { annual_income: `${payrollSchema}:annualIncome` },
          policy: { mode: 'enforce', whenNotEnrolled: 'enrol', organisation: 'Example Payroll' },
          scim: { baseUrl: payroll.baseUrl, auth: { kind: 'bearer', token: payroll.bearer } },
          oidc: {
            clients: [toClient('payslips', signInSecret, signIn, { mayEnrol: true })],
          },
        },
      ],
      guide: [
        `A bank that asks two sources. First sign in to the payroll, with the same password: ${signIn.url}`,
        'Then apply for a loan: link your payroll account, and agree to share data from both sources.',
      ],
      async close() {
        await bank.close();
        await signIn.close();
        await payroll.close();
      },
    };
  },
};
