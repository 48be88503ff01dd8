"""An address straight after a word for a home (家住、住址), told from what is told beside it.

住在附近的居民投诉龙城路15号烧烤店 names the door of the matter, 家住龙城路15号 somebody's home.
"""

# What stands in no name of a place: who reports, what is done, where else something is.
_TELLING = (
    "的", "了", "被", "把", "已", "与", "跟", "但", "却", "且", "或", "及", "在", "是", "称", "诉",
    "们", "因", "未", "说", "附近", "周[边围]", "旁边?", "路边", "身边", "对面", "楼[上下]", "隔壁",
    "一带", "沿[线街]", "期间", "以来", "多[年次户名]", "至今", "长期", "经[常过营]", "每[天晚日]",
    "凌晨", "深夜", "夜间", "反[映应]", "投诉", "举报", "检举", "质疑", "发[现放]", "看[到见]",
    "听[到见]", "闻到", "认为", "希望", "要求", "请", "建议", "咨询", "询问", "来[电信访]", "致电",
    "求助", "申[请报诉]", "路过", "途经", "前往", "到[访场]", "变更", "登记", "迁[至到入]", "位于",
    "坐落", "地点", "办[理事证公]", "受理", "核发", "管理", "施工", "噪[声音]", "油烟", "污染",
    "扰民", "违[建法规章]", "占道", "停[水电车]", "营业", "开[设办]", "从事", "上班", "工作",
    "就[读近业]", "人员", "老人", "孩子", "部分", "业主", "群众", "住户", "租[户客]",
    "居民(?!小?区|楼|新村|点|委)", "村民(?!小组)", "市民(?!广场)", "员工(?!宿舍)",
)  # fmt: skip
# These are parts of names where a road or a village is called after them: 学校路, 马店村.
_BUILT = (
    "店", "商铺", "铺面", "门[面市]", "摊", "派出所", "公安", "窗口", "酒楼", "宾馆", "旅馆",
    "餐[馆厅饮]", "饭馆", "工地", "项目", "公司", "企业", "单位(?!宿舍)", "工厂", "厂[房家]",
    "车间", "仓库", "商[户家]", "学校", "医院", "超市", "网吧",
)  # fmt: skip
_NO_NAME = (*_TELLING, *(rf"{one}(?![路街巷村屯镇乡圩](?![边口旁过上民]))" for one in _BUILT))
_FIRST = "".join(sorted({one[0] for one in _NO_NAME}))
_LETTER = (
    rf"(?:(?![{_FIRST}])[一-鿿〇\dA-Za-z ·()（）\-]|(?=[{_FIRST}])(?!{'|'.join(_NO_NAME)})[一-鿿])"
)
_PART = "[省市州盟旗县区镇乡道路街巷里弄村屯组队坊园苑庄寨坡塘湾岭院寓段条号城期厦座同场桥江]"
# The parts of an address one by one, each to the nearest sign that ends one: never tried twice.
_PARTS = rf"(?>{_LETTER}{{0,8}}?{_PART}){{1,9}}?"
_LED = (
    r"住?(?:的(?:地方|房[子屋]|小区|(?:详细)?地址|住址|位置))?"
    r"(?:(?:详细)?(?:地址|地|址))?[ :：是为在于就位(“\"]{0,4}"
)
_ROOM = r"[\dA-Za-z〇零一二三四五六七八九十]"
# A house by its number alone: of a road or a village, no day and no line of a train.
_OF_A_STREET = (
    r"(?:(?<=[路街巷道里弄村屯组队坊园苑庄寨坡塘湾岭院寓段条])|(?<=小区|社区|片区|胡同)"
    r"|(?<=[\d一二三四五六七八九十]区))"
)
_FURTHER_ON = r"[^，。；！？\n]{0,40}?(?:栋|幢|[A-Za-z\d]座|单元|室|号楼)"
# Whose door it is stands straight after the number: 15号烧烤店. Above it somebody may live.
_BUSINESS = (
    r"[^，。；、！？,;\s的被楼旁对隔附反投举受深夜凌每经因有无是称说找要求向到与和及住居请去来次]{0,6}?"
    r"(?:店|馆|厂|公司|工地|企业|商[户家场]|门[面市]|铺|超市|市场|学校|医院|诊所|幼儿园|派出所|大厅|政务"
    r"|中心|项目|网吧|酒[吧楼]|茶楼|食堂|大排档|摊|[油务购交]站|仓库|车间|工程|产业园|广告|作坊|事务所)"
    r"(?!楼[上下]|宿舍|家属|职工)"
)
_NUMBER = rf" ?(?:门牌)?第?{_ROOM}{{1,5}}+(?:[\-之]{_ROOM}{{1,3}}+)? ?号"
HOUSE = (
    rf"{_LED}{_PARTS}{_OF_A_STREET}(?P<h>{_NUMBER}"
    rf"(?!线|文|令|井|地块|{_BUSINESS}|{_FURTHER_ON})(?:(?:之|附)?{_ROOM}{{1,3}}(?:楼|层|号|户)?)?)"
)
