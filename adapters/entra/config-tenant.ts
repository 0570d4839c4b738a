import { z } from 'zod';

export const guidGuard = z.guid().transform((text) => text.toLowerCase());

export const clouds = {
  global: {
    login: 'https://login.microsoftonline.com',
    graph: 'https://graph.microsoft.com',
    v1Issuer: 'https://sts.windows.net',
  },
  usgov: {
    login: 'https://login.microsoftonline.us',
    graph: 'https://graph.microsoft.us',
    v1Issuer: 'https://sts.windows.net',
  },
  china: {
    login: 'https://login.partner.microsoftonline.cn',
    graph: 'https://microsoftgraph.chinacloudapi.cn',
    v1Issuer: 'https://sts.chinacloudapi.cn',
  },
} as const;

export const cloudGuard = z.enum(['global', 'usgov', 'china']).default('global');
