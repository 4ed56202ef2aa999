import { Handle, type NodeProps, Position } from '@xyflow/react';
import { memo } from 'react';
import { Icon } from '../../../components/Icon';
import { toneOfComponent, ToneBadge } from '../../../components/StatusBadge';
import type { PipelineNode } from './graph';
import classes from './Pipeline.module.css';

export const PipelineNodeView = memo(function PipelineNodeView({ data, selected }: NodeProps) {
  const { node } = data as { node: PipelineNode };
  return (
    <div className={classes.node} data-kind={node.kind} data-selected={selected} data-failed={node.status === 'Error'}>
      {node.kind !== 'source' && <Handle type="target" position={Position.Left} isConnectable={false} />}
      <div className={classes.head}>
        <Icon name={node.kind} size={16} />
        <strong title={node.id}>{node.id}</strong>
      </div>
      <div className={classes.foot}>
        <span>{node.title}</span>
        <ToneBadge tone={toneOfComponent(node.status ?? '')}>{node.status ?? 'Not running'}</ToneBadge>
      </div>
      {node.error && <div className={classes.error}>{node.error}</div>}
      {node.kind !== 'reaction' && <Handle type="source" position={Position.Right} isConnectable={false} />}
    </div>
  );
});
