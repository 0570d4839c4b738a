import type { Locator } from 'playwright-core';

export function countClicks() {
  let clicks = 0;
  return {
    count: () => clicks,
    async click(target: Locator): Promise<void> {
      clicks += 1;
      await target.click();
    },
    async choose(target: Locator, option: string): Promise<void> {
      clicks += 1;
      await target.selectOption(option);
    },
  };
}
