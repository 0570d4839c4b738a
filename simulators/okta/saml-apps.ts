import { Router } from 'express';
import type { RequireScope } from './access.js';
import { invalidSearch } from './errors.js';
import type { Org, SamlApp } from './org.js';
import { sendPage } from './paging.js';

const toView = ({ id, label, status, inlineHooks }: SamlApp) => ({
  id,
  name: `example_${id.toLowerCase()}`,
  label,
  status,
  signOnMode: 'SAML_2_0',
  settings: { signOn: { ssoAcsUrl: 'https://app.example.com/acs', inlineHooks } },
});

/** @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Application/ */
export function createSamlAppsApi(org: Org, requireScope: RequireScope): Router {
  const router = Router();
  router.get('/', requireScope('okta.apps.read'), (request, response) => {
    const { filter } = request.query;
    if (filter !== undefined && filter !== 'status eq "ACTIVE"') throw invalidSearch('filter: Not simulated');
    const apps = [...org.samlApps.values()].filter(({ status }) => filter === undefined || status === 'ACTIVE');
    sendPage(org, request, response, apps.map(toView));
  });
  return router;
}
