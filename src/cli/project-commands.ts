/** `assay project …`: projects and their clusters. */
import { formatTime } from '../domain/time.ts';
import type { CommandRun } from './command.ts';
import { reachOf } from './options.ts';
import { printList } from './print-values.ts';
import { withOperations } from './with-operations.ts';

interface ProjectRow {
  readonly id: string;
  readonly createTime: number;
  readonly policyRevision: number;
}

interface ClusterRow {
  readonly location: string;
  readonly name: string;
  readonly createTime: number;
}

/** `assay project create PROJECT` */
export const createProject: CommandRun = (context, args, options) =>
  withOperations(context, reachOf(options), async (client) => {
    await client.call('create-project', { project: args[0] });
    context.stderr.write(
      `project ${args[0]} created; its policy ALLOWS EVERY IMAGE until you set another\n` +
        `next: assay project add-cluster ${args[0]} LOCATION.NAME\n`,
    );
    return 0;
  });

/** `assay project list` */
export const listProjects: CommandRun = (context, _args, options) =>
  withOperations(context, { ...reachOf(options), readOnly: true }, async (client) => {
    const values = (await client.call('list-projects', {})) as readonly ProjectRow[];
    const form = {
      columns: ['PROJECT', 'POLICY REVISION', 'CREATED'],
      row: (one: ProjectRow) => [one.id, String(one.policyRevision), formatTime(one.createTime)],
      empty: 'no project yet; make one: assay project create NAME',
    };
    await printList(context, { name: 'projects', values, form }, options);
    return 0;
  });

/** `assay project add-cluster PROJECT LOCATION.NAME` */
export const addCluster: CommandRun = (context, args, options) =>
  withOperations(context, reachOf(options), async (client) => {
    await client.call('add-cluster', { project: args[0], cluster: args[1] });
    const path = `/webhook/image-review/projects/${args[0]}/clusters/${args[1]}`;
    context.stderr.write(`cluster ${args[1]} added; its webhook path is ${path}\n`);
    return 0;
  });

/** `assay project list-clusters PROJECT` */
export const listClusters: CommandRun = (context, args, options) =>
  withOperations(context, { ...reachOf(options), readOnly: true }, async (client) => {
    const values = (await client.call('list-clusters', {
      project: args[0],
    })) as readonly ClusterRow[];
    const form = {
      columns: ['LOCATION', 'NAME', 'ADDED'],
      row: (one: ClusterRow) => [one.location, one.name, formatTime(one.createTime)],
      empty: `no cluster yet; add one: assay project add-cluster ${args[0]} LOCATION.NAME`,
    };
    await printList(context, { name: 'clusters', values, form }, options);
    return 0;
  });
