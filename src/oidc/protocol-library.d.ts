/*
 * Declares parts of oidc-provider, whose main file prints a warning on Node versions before 22. The pinned version
 * keeps these paths stable.
 */
declare module 'oidc-provider/lib/provider.js' {
  import Provider from 'oidc-provider';

  export { Provider };
}
declare module 'oidc-provider/lib/helpers/errors.js' {
  import { errors } from 'oidc-provider';
  export import CustomOIDCProviderError = errors.CustomOIDCProviderError;
  export import OIDCProviderError = errors.OIDCProviderError;
  export import AccessDenied = errors.AccessDenied;
  export import CredentialRequestDenied = errors.CredentialRequestDenied;
  export import InvalidAuthorizationDetails = errors.InvalidAuthorizationDetails;
  export import InvalidClientAuth = errors.InvalidClientAuth;
  export import InvalidGrant = errors.InvalidGrant;
  export import InvalidProof = errors.InvalidProof;
  export import InvalidRequest = errors.InvalidRequest;
  export import InvalidScope = errors.InvalidScope;
  export import InvalidRequestUri = errors.InvalidRequestUri;
  export import InvalidToken = errors.InvalidToken;
  export import InvalidTarget = errors.InvalidTarget;
  export import LoginRequired = errors.LoginRequired;
  export import SessionNotFound = errors.SessionNotFound;
  export import TemporarilyUnavailable = errors.TemporarilyUnavailable;
  export import UnmetAuthenticationRequirements = errors.UnmetAuthenticationRequirements;
}
declare module 'oidc-provider/lib/helpers/interaction_policy/index.js' {
  import { interactionPolicy } from 'oidc-provider';
  export import Check = interactionPolicy.Check;
  export import Prompt = interactionPolicy.Prompt;
}
declare module 'oidc-provider/lib/helpers/keystore.js' {
  export { ExternalSigningKey } from 'oidc-provider';
}
