// What the report uses of Apache ECharts, and nothing else: build_echarts.sh bundles it.
import { init, use, version } from "echarts/core";
import { CustomChart, LineChart, ScatterChart } from "echarts/charts";
import { DataZoomInsideComponent, GridComponent, MarkAreaComponent, MarkLineComponent } from "echarts/components";
import { CanvasRenderer } from "echarts/renderers";

use([
  CustomChart, LineChart, ScatterChart, DataZoomInsideComponent, GridComponent, MarkAreaComponent, MarkLineComponent,
  CanvasRenderer,
]);

export { init, version };
