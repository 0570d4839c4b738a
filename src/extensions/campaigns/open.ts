import type { Configured, Extension } from '../extension.js';
import { createCampaignEndpoints } from './endpoints.js';
import { type CampaignRunner, startCampaignRunner } from './run.js';
import { type CampaignPorts, type sections, standardSettings } from './settings.js';

export const openCampaigns: Extension<typeof sections>['open'] = async ({ current, jobs, sleep }) => {
  let runner: CampaignRunner | null = null;
  const ports = (): CampaignPorts => {
    const server = current();
    return { ...server, campaigns: server.config.campaigns ?? standardSettings };
  };
  const isOn = ({ campaigns }: Configured<typeof sections>['config']): boolean => campaigns !== null;
  return {
    name: 'campaigns',
    isOn,
    createEndpoints: (deps) =>
      createCampaignEndpoints({
        ...deps,
        campaigns: deps.config.campaigns ?? standardSettings,
        wake: () => runner?.wake(),
      }),
    start() {
      runner = startCampaignRunner({ current: ports, isOn: () => isOn(current().config), jobs, sleep });
    },
    close: async () => runner?.close(),
  };
};
