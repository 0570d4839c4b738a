import type { Request, Response } from 'express';
import type { Interaction } from 'oidc-provider';
import type { OidcClient } from '../connections/openid-client.js';
import type { Flow } from './flow.js';
import type { Provider } from './library.js';

export interface Visit {
  readonly request: Request;
  readonly response: Response;
  readonly form: URLSearchParams | null;
  readonly provider: Provider;
  readonly interaction: Interaction;
  readonly client: OidcClient;
  readonly flow: Flow;
}
