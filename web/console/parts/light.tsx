export const Light = ({
  light,
  children,
}: {
  readonly light: 'ok' | 'warn' | 'fail' | 'none';
  readonly children: string;
}) => (
  <span className="light" data-light={light}>
    {children}
  </span>
);
