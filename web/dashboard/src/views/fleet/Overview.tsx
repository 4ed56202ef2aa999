import { memo, useMemo } from 'react';
import { INSTANCE_STATUSES, type Instance, type InstanceStatus } from '../../api/types';
import { labelOfStatus, toneOfStatus } from '../../components/StatusBadge';
import { count, type FleetFilter } from './filter';
import classes from './Overview.module.css';

interface Props {
  instances: Instance[];
  filter: FleetFilter;
  onFilter: (filter: FleetFilter) => void;
}

// Counts that are filters, too.
export const Overview = memo(function Overview({ instances, filter, onFilter }: Props) {
  const { byStatus, byPlatform } = useMemo(() => count(instances), [instances]);
  const toggle = (status: InstanceStatus): void => {
    const others = filter.status.filter((each) => each !== status);
    onFilter({ ...filter, status: others.length < filter.status.length ? others : [...others, status] });
  };
  return (
    <div className={classes.grid} role="group" aria-label="Instances by status and platform">
      {INSTANCE_STATUSES.map((status) => (
        <Tile
          key={status}
          label={labelOfStatus(status)}
          value={byStatus.get(status) ?? 0}
          tone={toneOfStatus(status)}
          pressed={filter.status.includes(status)}
          onClick={() => toggle(status)}
        />
      ))}
      <span className={classes.gap} />
      {[...byPlatform].map(([platform, value]) => (
        <Tile
          key={platform}
          label={platform}
          value={value}
          tone="info"
          pressed={filter.platform === platform}
          onClick={() => onFilter({ ...filter, platform: filter.platform === platform ? '' : platform })}
        />
      ))}
    </div>
  );
});

function Tile(props: { label: string; value: number; tone: string; pressed: boolean; onClick: () => void }) {
  return (
    <button
      type="button"
      className={`panel ${classes.tile}`}
      data-tone={props.value === 0 ? 'none' : props.tone}
      aria-pressed={props.pressed}
      onClick={props.onClick}
    >
      <span className={classes.value}>{props.value.toLocaleString()}</span>
      <span className={classes.label}>{props.label}</span>
    </button>
  );
}
