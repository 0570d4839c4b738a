export * as oidcErrors from 'oidc-provider/lib/helpers/errors.js';
export { Check, Prompt } from 'oidc-provider/lib/helpers/interaction_policy/index.js';
export { ExternalSigningKey } from 'oidc-provider/lib/helpers/keystore.js';
export { Provider } from 'oidc-provider/lib/provider.js';
